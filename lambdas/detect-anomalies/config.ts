import { z } from 'zod';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../shared/domain/settings';

/** The environment of detect-anomalies. One part of each kind must be named. */
export const ConfigSchema = z
  .object({
    /** Cache of source states: a Redis or Valkey server … */
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
    /** … or a file on this machine. */
    STATE_FILE: z.string().optional(),
    /** Folder for records that cannot be used. */
    QUARANTINE_FOLDER: z.string(),
    /** Set by Lambda. */
    AWS_REGION: z.string().default('local'),
    /** Name of the SageMaker endpoint that scores. */
    ENDPOINT_NAME: z.string(),
    /** Where the endpoint is, if not at AWS. It then gets dummy credentials, never the user's. */
    SAGEMAKER_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
    /** How long one call of the endpoint may take, in milliseconds. */
    SCORE_TIMEOUT_MS: z.coerce.number().int().min(1).default(2_000),
    /** The settings document as JSON; absent: defaults. */
    SETTINGS: z
      .string()
      .transform((text, context) => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          context.addIssue({ code: 'custom', message: 'must be JSON' });
          return z.NEVER;
        }
      })
      .pipe(SettingsSchema)
      .default(DEFAULT_SETTINGS),
  })
  .refine((config) => (config.REDIS_URL === undefined) !== (config.STATE_FILE === undefined), {
    path: ['REDIS_URL'],
    error: 'set either REDIS_URL or STATE_FILE',
  });
export type Config = z.output<typeof ConfigSchema>;
