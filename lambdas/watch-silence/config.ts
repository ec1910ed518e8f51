import { z } from 'zod';
import { SettingsVariable } from '../../shared/runtime/settings-variable';

/** The environment of watch-silence: states and deadlines lie where detect-anomalies has them. */
export const ConfigSchema = z
  .object({
    /** A Redis or Valkey server … */
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
    /** … or a file on this machine. */
    STATE_FILE: z.string().optional(),
    /** Sources looked at in one round; a run makes several if it must. */
    SOURCES_MAX: z.coerce.number().int().min(1).max(10_000).default(1_000),
    /** The settings document as JSON; absent: defaults. */
    SETTINGS: SettingsVariable,
  })
  .refine((config) => (config.REDIS_URL === undefined) !== (config.STATE_FILE === undefined), {
    path: ['REDIS_URL'],
    error: 'set either REDIS_URL or STATE_FILE',
  });
export type Config = z.output<typeof ConfigSchema>;
