import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { ReplayVariables } from '../../shared/adapters/training/training-variables';

/** The environment of train-model as deployed. */
export const ConfigSchema = z.object({ ...ReplayVariables, ...TelemetryVariables });
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
