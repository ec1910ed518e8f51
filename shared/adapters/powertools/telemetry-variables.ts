import { z } from 'zod';

/** What a deployed function's environment says of its telemetry. */
export const TelemetryVariables = {
  /** Name of the deployment, as "prod": in every log line, and with the function's name the only dimension of metrics. */
  ENVIRONMENT: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be a short name in small letters')
    .default('local'),
  METRICS_NAMESPACE: z.string().default('Tidewatch'),
  LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** X-Ray segments of the stages; wants active tracing of the function. */
  TRACING: z.enum(['on', 'off']).default('off'),
} as const;
