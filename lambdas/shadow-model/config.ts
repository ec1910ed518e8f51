import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { ChallengerVariables, ModelVariables } from '../../shared/adapters/training/training-variables';
import { SHADOW_HOURS_MAX } from '../../shared/training/judge-shadow';

/** The environment of shadow-model as deployed. */
export const ConfigSchema = z.object({
  ...ModelVariables,
  ...ChallengerVariables,
  ...TelemetryVariables,
  /** How long a challenger scores beside the live model at least; 0: not at all. */
  SHADOW_HOURS: z.coerce.number().min(0).max(SHADOW_HOURS_MAX).default(24),
});
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
