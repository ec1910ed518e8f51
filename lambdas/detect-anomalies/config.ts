import { z } from 'zod';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';

/** The environment of detect-anomalies. One part of each kind must be named. */
export const ConfigSchema = z
  .object({
    /** Cache of source states: a Redis or Valkey server … */
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
    /** … or a file on this machine. */
    STATE_FILE: z.string().optional(),
    /** Folder for records that cannot be used. */
    QUARANTINE_FOLDER: z.string(),
    ...EndpointVariables,
    SETTINGS: SettingsVariable,
  })
  .refine((config) => (config.REDIS_URL === undefined) !== (config.STATE_FILE === undefined), {
    path: ['REDIS_URL'],
    error: 'set either REDIS_URL or STATE_FILE',
  });
export type Config = z.output<typeof ConfigSchema>;
