import { z } from 'zod';

/** What a deployed function's environment says of its telemetry. */
export const TelemetryVariables = {
  /** Namespace of its metrics: one for each environment, or those of one account mix. */
  METRICS_NAMESPACE: z.string().default('Tidewatch'),
} as const;
