import { CADENCE, U32, VALUES } from './metric-layout';
import type { MetricState } from './metric-state';
import { GRAIN_MAX } from './tail-calibration';

/**
 * A fast sensor lets its past count half every few hours. If what has become light were dropped each time, it would forget the
 * night by day, and call every evening new.
 */
const MEMORY_MS = 7 * 86_400_000;
/** A halving leaves half of the points, so the next one comes after as many. */
const POINTS_BETWEEN_HALVINGS = VALUES.pointsMax / 2;

/** Is what has become light dropped at this halving? Always where halvings are a week apart, else at one of those of a week. */
export function forgetsNow(state: MetricState): boolean {
  const halvings = halvingsAWeek(state);
  return halvings <= 1 || Math.floor(state.u32[U32.seen]! / POINTS_BETWEEN_HALVINGS) % Math.ceil(halvings) === 0;
}

/**
 * How coarse the grain of the calibrations may become, so that they still know a week when their past counts half; of a series
 * that is faster than a value each 19 seconds, 32,000 points.
 */
export function coarsestGrain(state: MetricState): number {
  return Math.min(Math.max(Math.ceil(Math.log2(halvingsAWeek(state))), 0), GRAIN_MAX);
}

function halvingsAWeek({ f32 }: MetricState): number {
  return MEMORY_MS / (POINTS_BETWEEN_HALVINGS * f32[CADENCE]!);
}
