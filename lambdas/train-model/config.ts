import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { WorkspaceVariables } from '../../shared/adapters/training/training-variables';

/** The environment of train-model as deployed. */
export const ConfigSchema = z.object({
  ...WorkspaceVariables,
  ...TelemetryVariables,
  /** What does the work: this function, from the archive; or a training job, whose documents it takes over. */
  TRAINS: z.enum(['here', 'in-a-job']).default('here'),
});
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
