import { F32 } from './metric-layout';
import type { MetricState } from './metric-state';
import { knowsHour, usualAtHour } from './seasonal-profile';

/** A band is shown once so many values were seen. */
const BAND_FROM = 20;
const WIDTH_FIRST = 3;
const WIDTH_MIN = 0.5;
const WIDTH_MAX = 50;
/** Share of values that may lie outside the band. */
const OUTSIDE = 0.05;
const WIDTH_STEP = 0.05;
/** Points over which errors are averaged. */
const ERROR_MEMORY = 100;
/** Half-widths never sink to nothing: a hundredth of the scale. */
const ERROR_MIN = 0.01;

/** Result of {@link foresee}, on the compressed scale, overwritten by each call. */
export const expectation = { known: false, centre: 0, halfWidth: 0 };

export function startExpectation({ f32 }: MetricState): void {
  f32[F32.lastError] = 1;
  f32[F32.hourError] = 1;
  f32[F32.bandWidth] = WIDTH_FIRST;
}

/**
 * Sets {@link expectation} for the next value: what is usual at this hour or the last value again, whichever has been
 * nearer of late, and a band that has held 95 % of the values.
 *
 * @param last compressed last value
 */
export function foresee(state: MetricState, last: number, hour: number, seen: number): void {
  const { f32 } = state;
  const byHour = knowsHour(state, hour) && f32[F32.hourError]! < f32[F32.lastError]!;
  expectation.known = seen >= BAND_FROM;
  expectation.centre = byHour ? usualAtHour(state, hour) : last;
  expectation.halfWidth = f32[F32.bandWidth]! * ((byHour ? f32[F32.hourError]! : f32[F32.lastError]!) + ERROR_MIN);
}

/** Learns from how the value came out; call it after {@link foresee} with the same arguments. */
export function learnExpectation(state: MetricState, y: number, last: number, hour: number, seen: number): void {
  const { f32 } = state;
  if (seen === 0) return;
  const inside = Math.abs(y - expectation.centre) <= expectation.halfWidth;
  const width = f32[F32.bandWidth]! * (1 + WIDTH_STEP * (inside ? -OUTSIDE : 1 - OUTSIDE));
  if (expectation.known) f32[F32.bandWidth] = Math.min(Math.max(width, WIDTH_MIN), WIDTH_MAX);
  learnError(f32, F32.lastError, y - last, seen);
  if (knowsHour(state, hour)) learnError(f32, F32.hourError, y - usualAtHour(state, hour), seen);
}

function learnError(f32: Float32Array, at: number, error: number, seen: number): void {
  const usual = f32[at]!;
  const limited = Math.min(Math.abs(error), 5 * usual + ERROR_MIN);
  f32[at] = usual + (limited - usual) / Math.min(seen, ERROR_MEMORY);
}
