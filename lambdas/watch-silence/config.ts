import { z } from 'zod';
import { namesOnePlace, ONE_PLACE, StateVariables } from '../../shared/adapters/state-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';

/** The environment of watch-silence: states and deadlines lie where detect-anomalies has them. */
export const ConfigSchema = z
  .object({
    ...StateVariables,
    /** Sources looked at in one round; a run makes several if it must. */
    SOURCES_MAX: z.coerce.number().int().min(1).max(10_000).default(1_000),
    /** The settings document as JSON; absent: defaults. */
    SETTINGS: SettingsVariable,
  })
  .refine(namesOnePlace, ONE_PLACE);
export type Config = z.output<typeof ConfigSchema>;
