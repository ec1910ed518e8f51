import { z } from 'zod';

export const WatchVariables = {
  /** Sources looked at in one round; a run makes several if it must. */
  SOURCES_MAX: z.coerce.number().int().min(1).max(10_000).default(1_000),
} as const;
