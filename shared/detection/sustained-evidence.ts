import { F32 } from './metric-layout';
import type { MetricState } from './metric-state';

const MEAN_SCORE_FIRST = 0.35;

export function startEvidence({ f32 }: MetricState): void {
  f32[F32.meanScore] = MEAN_SCORE_FIRST;
}

/** Accumulates what a score has above the series' usual; the evidence after it. */
export function sustain({ f32 }: MetricState, score: number): number {
  const mean = f32[F32.meanScore]!;
  f32[F32.evidence]! += (Math.max(0, score - 1.1 * mean) - f32[F32.evidence]!) / 70;
  f32[F32.meanScore] = mean + (score - mean) / 1500;
  return f32[F32.evidence]!;
}
