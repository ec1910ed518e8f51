import { z } from 'zod';
import { PriorVariable } from '../../shared/adapters/files/prior-file';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { BudgetVariables, namesOnePlace, ONE_PLACE, StateVariables } from '../../shared/adapters/state-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';
import { WarmingVariables } from './warming/limits';

/** What detect-anomalies is told on one machine. One part of each kind must be named. */
export const LocalConfigSchema = z
  .object({
    ...StateVariables,
    /** Folder for records that cannot be used. */
    QUARANTINE_FOLDER: z.string(),
    ...EndpointVariables,
    ...PriorVariable,
    SETTINGS: SettingsVariable,
    /** Document of a challenger that is tried beside the champion; absent: none ever is. */
    CHALLENGER_FILE: z.string().optional(),
    /** Folder for what vectors and scores look like; absent: nobody counts. */
    DISTRIBUTIONS_FOLDER: z.string().optional(),
    ...WarmingVariables,
    ...BudgetVariables,
  })
  .refine(namesOnePlace, ONE_PLACE);
export type LocalConfig = z.output<typeof LocalConfigSchema>;
