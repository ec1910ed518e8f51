import { F32, STEPS_12, STEPS_64 } from './metric-layout';
import type { MetricState } from './metric-state';
import { novelty, quantiles, quantilesOf, remember } from './streaming-histogram';

/** Result of {@link judgeVariability}, overwritten by each call. */
export const variability = { rise: 0, novelty12: 0, novelty64: 0 };

/** Moves the running means of the log step. `seen`: values before this one. */
export function learnStep({ f32 }: MetricState, step: number, scale: number, seen: number): void {
  const a = Math.log(0.02 + Math.abs(step) / scale);
  const start = 1 / Math.max(seen, 1);
  f32[F32.step12]! += (a - f32[F32.step12]!) * Math.max(1 / 12, start);
  f32[F32.step64]! += (a - f32[F32.step64]!) * Math.max(1 / 64, start);
  f32[F32.step400]! += (a - f32[F32.step400]!) * Math.max(1 / 400, start);
}

/** Sets {@link variability}: short-term above long-term variability, and how new its level is over 12 and 64 points. */
export function judgeVariability(state: MetricState): void {
  const short = state.f32[F32.step12]!;
  const middle = state.f32[F32.step64]!;
  variability.rise = Math.max(0, short - state.f32[F32.step400]!);
  quantilesOf(state, STEPS_12);
  variability.novelty12 = novelty(state, STEPS_12, short, quantiles.scale);
  quantilesOf(state, STEPS_64);
  variability.novelty64 = novelty(state, STEPS_64, middle, quantiles.scale);
}

/** Remembers levels of variability now and then: neighbouring ones say the same. */
export function learnVariability(state: MetricState, seen: number): void {
  if (seen % 6 === 0) remember(state, STEPS_12, state.f32[F32.step12]!);
  if (seen % 24 === 12) remember(state, STEPS_64, state.f32[F32.step64]!);
}
