import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { SettingsVariables } from '../../shared/adapters/s3/settings-variables';
import { LocalConfigSchema } from './local-config';

/** The environment of the api function as deployed. */
export const ConfigSchema = z
  .object({
    ...TelemetryVariables,
    ...SettingsVariables,
    AWS_REGION: z.string(),
    /** The table of alerts. */
    ALERTS_TABLE: z.string(),
    /** The stream "points": name or ARN. */
    STREAM: z.string(),
    /** Where turns of groups wait as delayed messages: an acknowledged group has its turn. */
    TURNS_QUEUE_URL: z.url(),
  })
  .and(LocalConfigSchema);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
