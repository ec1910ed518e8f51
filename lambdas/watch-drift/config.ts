import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { DriftVariables } from './drift-variables';

/** The environment of watch-drift as deployed. */
export const ConfigSchema = z.object({
  /** Set by Lambda. */
  AWS_REGION: z.string(),
  ...TelemetryVariables,
  ...DriftVariables,
  /** Holds what detection counted, and what the newest training has left to compare with. */
  TRAINING_BUCKET: z.string(),
  /** ARN of the state machine that trains; absent: nothing starts by itself. */
  TRAINING_STATE_MACHINE: z.string().optional(),
});
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
