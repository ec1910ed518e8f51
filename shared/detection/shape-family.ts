import { CODEBOOKS, SHAPE } from './metric-layout';
import type { MetricState } from './metric-state';
import { advanceCodebook } from './shape-codebook';

/** Result of {@link advanceShapes}: the family's surprise and the weight in [0, 1] that it has earned on this series. */
export const shapeFamily = { surprise: 0, earned: 0 };

/** Takes a compressed value into the windows of all scales; sets {@link shapeFamily}. */
export function advanceShapes(state: MetricState, y: number, counts: boolean): void {
  const { f32 } = state;
  let earned = 0;
  let weights = 0;
  let weighted = 0;
  for (let k = 0; k < CODEBOOKS.length; k++) {
    const at = CODEBOOKS[k]!;
    advanceCodebook(state, at, y, counts);
    const weight = f32[at.weight]!;
    earned += f32[at.earned]!;
    weights += weight;
    weighted += weight * f32[at.surprise]!;
  }
  const now = weights > 0 ? weighted / weights : 0;
  f32[SHAPE.sustained]! += (now - f32[SHAPE.sustained]!) / 16;
  const sustained = f32[SHAPE.sustained]!;
  shapeFamily.surprise = Math.sqrt(0.5 * now * now + sustained * sustained);
  shapeFamily.earned = earned / CODEBOOKS.length;
}
