import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { DeploymentVariables } from '../../shared/adapters/training/deployment-variables';
import { ModelVariables } from '../../shared/adapters/training/training-variables';

/** The environment of deploy-model as deployed. */
export const ConfigSchema = z
  .object({
    ...ModelVariables,
    ...TelemetryVariables,
  })
  .and(DeploymentVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
