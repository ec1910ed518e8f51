import { CADENCE, U32, VALUES } from './metric-layout';
import type { MetricState } from './metric-state';

/**
 * A fast sensor lets its past count half every few hours. If what has become light were dropped each time, it would forget the
 * night by day, and call every evening new.
 */
const MEMORY_MS = 7 * 86_400_000;
/** A halving leaves half of the points, so the next one comes after as many. */
const POINTS_BETWEEN_HALVINGS = VALUES.pointsMax / 2;

/** Is what has become light dropped at this halving? Always where halvings are a week apart, else at one of those of a week. */
export function forgetsNow({ f32, u32 }: MetricState): boolean {
  const halvings = MEMORY_MS / (POINTS_BETWEEN_HALVINGS * f32[CADENCE]!);
  return halvings <= 1 || Math.floor(u32[U32.seen]! / POINTS_BETWEEN_HALVINGS) % Math.ceil(halvings) === 0;
}
