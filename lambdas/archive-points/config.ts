import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';

/** The environment of archive-points. */
export const ConfigSchema = z.object(TelemetryVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
