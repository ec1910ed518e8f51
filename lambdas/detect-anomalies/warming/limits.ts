import { z } from 'zod';

/** How much is done for sources whose memory the cache lost, before a batch goes on without. */
export const WarmingVariables = {
  /** Newest data points of a source that are read from the store and learnt again. */
  WARMING_POINTS: z.coerce.number().int().min(1).max(10_000).default(500),
  /** Sources a batch; 0: nothing is ever looked for. */
  WARMING_SOURCES: z.coerce.number().int().min(0).max(10_000).default(500),
  /** Milliseconds a batch; never more than a part of the time that the function has left. */
  WARMING_MS: z.coerce.number().int().min(1).max(600_000).default(5_000),
} as const;

export interface WarmingLimits {
  readonly points: number;
  readonly sources: number;
  readonly ms: number;
}

export function warmingLimits(config: {
  readonly WARMING_POINTS: number;
  readonly WARMING_SOURCES: number;
  readonly WARMING_MS: number;
}): WarmingLimits {
  return { points: config.WARMING_POINTS, sources: config.WARMING_SOURCES, ms: config.WARMING_MS };
}
