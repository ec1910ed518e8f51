import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { DeploymentVariables } from '../../shared/adapters/training/deployment-variables';
import { ChallengerVariables, ModelVariables } from '../../shared/adapters/training/training-variables';

/** The environment of abandon-training as deployed. */
export const ConfigSchema = z
  .object({
    ...ModelVariables,
    ...ChallengerVariables,
    ...TelemetryVariables,
    /** The topic of the operators. */
    TOPIC_ARN: z.string(),
  })
  .and(DeploymentVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
