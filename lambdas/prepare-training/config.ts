import { z } from 'zod';
import { PriorVariable } from '../../shared/adapters/files/prior-file';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { SettingsVariables } from '../../shared/adapters/s3/settings-variables';
import { ModelVariables } from '../../shared/adapters/training/training-variables';

/** The environment of prepare-training as deployed. */
export const ConfigSchema = z.object({
  ...ModelVariables,
  ...SettingsVariables,
  ...PriorVariable,
  ...TelemetryVariables,
  /** The archive of points. */
  ARCHIVE_BUCKET: z.string(),
  /** Table of alerts, whose verdicts are labels. */
  ALERTS_TABLE: z.string(),
  /** How far back training goes where the run does not say. */
  HISTORY_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  /** Points that a run replays at most, where it does not say; of more, a part of the sources. */
  POINTS_MAX: z.coerce.number().int().min(1).optional(),
});
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
