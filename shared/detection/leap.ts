import { hasArrived, wasRecent } from './arrival';
import { CADENCE, F64, LEAP, U32 } from './metric-layout';
import type { MetricState } from './metric-state';

/** A time since the newest value of more than so many usual steps is a leap … */
const LEAP_STEPS = 1000;
/** … unless it is no longer than so many times the longest that was believed: nights and weekends need no proof each time. */
const KNOWN_TIMES = 2;
/** Two leaps mean the same time when they differ by no more than the above, or by this share. */
const NEAR_SHARE = 1e-3;
/** The cadence of fewer values says nothing. */
const VALUES_MIN = 3;

/**
 * How a metric sees a timestamp ahead of its newest. One wild clock reading that were believed would make all that follows
 * late; so a leap must be confirmed by the next point, which is near it if the gap was real.
 */
export type LeapView =
  /** Too little is known of the metric. */
  | 'unknown'
  | 'no-leap'
  /** A leap that nothing speaks for yet. */
  | 'unconfirmed'
  /** A leap to about the time, but not the very time, of the point before. */
  | 'confirmed';

export function viewOfLeap(state: MetricState, timestamp: number): LeapView {
  const { f32 } = state;
  if (!hasArrived(state) || state.u32[U32.seen]! < VALUES_MIN) return 'unknown';
  const step = timestamp - state.f64[F64.newest]!;
  const usual = LEAP_STEPS * f32[CADENCE]!;
  if (step <= Math.max(usual, KNOWN_TIMES * f32[LEAP.longest]!)) return 'no-leap';
  if (wasRecent(state, timestamp)) return 'unconfirmed';
  const pending = f32[LEAP.pending]!;
  const isNear = pending > 0 && Math.abs(step - pending) <= Math.max(usual, NEAR_SHARE * pending);
  return isNear ? 'confirmed' : 'unconfirmed';
}

/** Remembers a leap for the next point to confirm. */
export function awaitConfirmation({ f32, f64 }: MetricState, timestamp: number): void {
  f32[LEAP.pending] = timestamp - f64[F64.newest]!;
}

/** A step was believed: what waited to be confirmed is settled by it. */
export function believeStep({ f32, u32 }: MetricState, stepMs: number): void {
  f32[LEAP.pending] = 0;
  if (u32[U32.seen]! >= VALUES_MIN && stepMs > f32[LEAP.longest]!) f32[LEAP.longest] = stepMs;
}
