import { z } from 'zod';
import { DriftVariables } from './drift-variables';

/** What watch-drift is told on one machine. */
export const LocalConfigSchema = z.object({
  /** Folder of what detect-anomalies counts. */
  DISTRIBUTIONS_FOLDER: z.string(),
  /** What the newest training has left to compare with. */
  REFERENCE_FILE: z.string(),
  ...DriftVariables,
});
