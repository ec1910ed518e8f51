import { log2 } from './logarithm';
import { F32, STEPS_12, STEPS_64 } from './metric-layout';
import type { MetricState } from './metric-state';
import { type HistogramAt, novelty, quantiles, quantilesOf, remember } from './streaming-histogram';

/** Result of {@link judgeVariability}, overwritten by each call. */
export const variability = { rise: 0, novelty12: 0, novelty64: 0 };

/** Moves the running means of the log step. `seen`: values before this one. */
export function learnStep({ f32 }: MetricState, step: number, scale: number, seen: number): void {
  const a = Math.LN2 * log2(0.02 + Math.abs(step) / scale);
  const start = 1 / Math.max(seen, 1);
  f32[F32.step12]! += (a - f32[F32.step12]!) * Math.max(1 / 12, start);
  f32[F32.step64]! += (a - f32[F32.step64]!) * Math.max(1 / 64, start);
  f32[F32.step400]! += (a - f32[F32.step400]!) * Math.max(1 / 400, start);
}

/** Sets {@link variability}: short-term above long-term variability, and how new its level is over 12 and 64 points. */
export function judgeVariability(state: MetricState): void {
  const { f32 } = state;
  const short = f32[F32.step12]!;
  variability.rise = Math.max(0, short - f32[F32.step400]!);
  variability.novelty12 = novelty(state, STEPS_12, short, f32[F32.scale12]!);
  variability.novelty64 = novelty(state, STEPS_64, f32[F32.step64]!, f32[F32.scale64]!);
}

/** Remembers levels of variability now and then: neighbouring ones say the same. */
export function learnVariability(state: MetricState, seen: number): void {
  if (seen % 6 === 0) rememberLevel(state, STEPS_12, F32.step12, F32.scale12);
  if (seen % 24 === 12) rememberLevel(state, STEPS_64, F32.step64, F32.scale64);
}

function rememberLevel(state: MetricState, at: HistogramAt, level: number, scale: number): void {
  remember(state, at, state.f32[level]!);
  quantilesOf(state, at);
  state.f32[scale] = quantiles.scale;
}
