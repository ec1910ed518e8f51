import { CADENCE, F64, U32 } from './metric-layout';
import type { MetricState } from './metric-state';

/** Steps over which the cadence is averaged. */
const MEMORY = 32;

/** A time since the last value of more than so many usual steps is a gap. */
const GAP_STEPS = 20;

/**
 * Takes the time of a new value: learns the usual time between values, in which a gap counts as two steps at most, and
 * remembers the newest. Did a gap end with this value?
 */
export function learnTime({ f32, f64, u32 }: MetricState, timestamp: number): boolean {
  const seen = u32[U32.seen]!;
  const cadence = f32[CADENCE]!;
  const newest = f64[F64.newest]!;
  const step = timestamp - newest;
  if (seen === 0) f64[F64.first] = timestamp;
  else if (seen === 1) f32[CADENCE] = step;
  else f32[CADENCE] = cadence + (Math.min(step, 2 * cadence) - cadence) / Math.min(seen, MEMORY);
  f64[F64.newest] = timestamp;
  return seen > 2 && step > GAP_STEPS * cadence;
}
