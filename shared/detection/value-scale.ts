import { asinh } from './logarithm';
import { F32, ORIGIN, VALUES } from './metric-layout';
import type { MetricState } from './metric-state';
import { quantiles, shiftAll } from './streaming-histogram';

/** Keeps offsets and their differences inside float32. */
const OFFSET_MAX = 1e37;
/** 2⁹ + 1: rounding to 44 bits drops what arithmetic of the producer may have left in the last ones. */
const SPLITTER = 513;
/** The origin follows when the values are so many scales away from it: float32 still resolves 1/4000 of a scale. */
const FAR = 4096;

/**
 * A value as a float32 offset from the metric's origin. The difference is taken in float64, so that 1e12 ± 1 survives; the
 * value is first rounded to 44 bits, so that values equal but for arithmetic noise are equal.
 *
 * @param value finite
 */
export function toOffset(state: MetricState, value: number): number {
  const exponent = state.f32[F32.exponent]!;
  const offset = rounded(exponent === 0 ? value : value * 2 ** exponent) - state.f64[ORIGIN]!;
  return Math.fround(Math.min(Math.max(offset, -OFFSET_MAX), OFFSET_MAX));
}

/** An offset back in the metric's unit. */
export function fromOffset(state: MetricState, offset: number): number {
  const exponent = state.f32[F32.exponent]!;
  const value = (state.f64[ORIGIN]! + offset) * (exponent === 0 ? 1 : 2 ** -exponent);
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** Distance of an offset from the metric's zero. */
export function magnitude(state: MetricState, offset: number): number {
  return Math.abs(state.f64[ORIGIN]! + offset);
}

/** Chooses unit and origin by the first value: what float32 holds comfortably keeps its unit. */
export function startScale(state: MetricState, value: number): void {
  const size = Math.abs(value);
  const comfortable = size === 0 || (size > 1e-24 && size < 1e24);
  state.f32[F32.exponent] = comfortable ? 0 : -Math.max(-1000, Math.floor(Math.log2(size)));
  state.f64[ORIGIN] = rounded(value * 2 ** state.f32[F32.exponent]!);
}

/**
 * Moves the origin to the median of the remembered values when these have drifted far from it (growth), or when it is far
 * larger than they are (a first value that was an error). Reads {@link quantiles} of the values.
 */
export function followOrigin(state: MetricState): boolean {
  const { q10, q50, q90 } = quantiles;
  const spread = (q90 - q10) / 2.56;
  const isFar = spread > 0 && Math.abs(q50) > FAR * spread;
  const isLost = Math.abs(q50) > FAR * magnitude(state, q50);
  if (!isFar && !isLost) return false;
  const by = Math.fround(q50);
  state.f64[ORIGIN]! += by;
  shiftAll(state, VALUES, -by);
  state.f32[F32.last]! -= by;
  return true;
}

/** Veltkamp's splitting: the upper 44 bits. */
function rounded(value: number): number {
  const large = value * SPLITTER;
  const upper = large - (large - value);
  return Number.isFinite(upper) ? upper : value;
}

/**
 * Robust compression: linear near the median, logarithmic far away.
 *
 * @param distance from the median in units of the scale
 */
export function compress(distance: number): number {
  return asinh(0.7 * distance) / 0.7;
}

/** Undoes {@link compress}. */
export function expand(compressed: number): number {
  const power = Math.exp(0.7 * compressed);
  return (power - 1 / power) / 1.4;
}
