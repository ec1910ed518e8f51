import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';

/** The environment of route-alerts as deployed. */
export const ConfigSchema = z.object({
  ...TelemetryVariables,
  AWS_REGION: z.string(),
  /** The table of alerts, groups, silences, rules and the notification log. */
  ALERTS_TABLE: z.string(),
  /** The topic "notifications". */
  NOTIFICATIONS_TOPIC_ARN: z.string(),
  /** Where turns of groups wait as delayed messages; the function reads it as it reads the queue of anomalies. */
  TURNS_QUEUE_URL: z.url(),
  /** Turns that one run of the tick takes at most. */
  TURNS_MAX: z.coerce.number().int().min(1).max(10_000).default(1_000),
});
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
