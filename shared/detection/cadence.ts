import { F32, F64, U32 } from './metric-layout';
import type { MetricState } from './metric-state';

/** Steps over which the cadence is averaged. */
const MEMORY = 32;

/**
 * Learns the usual time between values from one more step; a gap counts as two steps at most.
 * Call it before the new time replaces the newest.
 */
export function learnCadence({ f32, f64, u32 }: MetricState, timestamp: number): void {
  const seen = u32[U32.seen]!;
  if (seen === 0) return;
  const step = timestamp - f64[F64.newest]!;
  const cadence = f32[F32.cadence]!;
  if (seen === 1) f32[F32.cadence] = step;
  else f32[F32.cadence] = cadence + (Math.min(step, 2 * cadence) - cadence) / Math.min(seen, MEMORY);
}
