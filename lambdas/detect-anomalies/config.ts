import { z } from 'zod';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { namesOnePlace, ONE_PLACE, StateVariables } from '../../shared/adapters/state-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';

/** The environment of detect-anomalies. One part of each kind must be named. */
export const ConfigSchema = z
  .object({
    ...StateVariables,
    /** Folder for records that cannot be used. */
    QUARANTINE_FOLDER: z.string(),
    ...EndpointVariables,
    SETTINGS: SettingsVariable,
  })
  .refine(namesOnePlace, ONE_PLACE);
export type Config = z.output<typeof ConfigSchema>;
