import { z } from 'zod';
import { namesOnePlace, ONE_PLACE, StateVariables } from '../../shared/adapters/state-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';
import { WatchVariables } from './watch-variables';

/** What watch-silence is told on one machine: states and deadlines lie where detect-anomalies has them. */
export const LocalConfigSchema = z
  .object({
    ...StateVariables,
    ...WatchVariables,
    SETTINGS: SettingsVariable,
  })
  .refine(namesOnePlace, ONE_PLACE);
export type LocalConfig = z.output<typeof LocalConfigSchema>;
