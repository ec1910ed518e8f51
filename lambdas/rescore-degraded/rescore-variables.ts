import { z } from 'zod';

export const RescoreVariables = {
  /** Rows amended in one run at most. */
  RESCORE_ROWS_MAX: z.coerce.number().int().min(1).default(50_000),
  /** Rows read, scored and written together. */
  RESCORE_PAGE_ROWS: z.coerce.number().int().min(1).max(10_000).default(2_000),
} as const;

/** Rows of data older than this many hours stay as they are. No store finds degraded rows by an index: each run reads them all. */
export const RescoreHours = z.coerce.number().positive();
