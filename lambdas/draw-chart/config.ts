import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { StoreVariables } from '../../shared/adapters/store-variables';

/** The environment of draw-chart as deployed. */
export const ConfigSchema = z
  .object({
    ...TelemetryVariables,
    AWS_REGION: z.string(),
  })
  .and(StoreVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
