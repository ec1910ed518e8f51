import { FROZEN } from './metric-layout';
import type { MetricState } from './metric-state';

/** Values over which the share of repetitions is averaged. */
const MEMORY = 500;
/** No series repeats its values so seldom that one repetition alone says much. */
const SHARE_MIN = 0.02;
/** A series that repeats its values more often is left alone: its runs say nothing. */
const SHARE_MAX = 0.1;
/** Runs up to four times the longest known one, and twelve, are no surprise; each doubling beyond adds this. */
const SURPRISE_OF_DOUBLE = 3;
const RUN_MAX = 65_535;

/**
 * Surprise of a run of equal values that is improbable at the series' own rate of repetitions, and far longer than any
 * before. Learns from the value. O(1).
 *
 * @param repeats is the value equal to the last one?
 * @param seen values before this one
 * @param counts do surprises count yet?
 * @returns ≥ 0, zeros of a probability
 */
export function advanceFrozen({ f32, u16 }: MetricState, repeats: boolean, seen: number, counts: boolean): number {
  const share = Math.max(f32[FROZEN.share]!, SHARE_MIN);
  f32[FROZEN.share]! += ((repeats ? 1 : 0) - f32[FROZEN.share]!) / Math.min(seen + 1, MEMORY);
  if (!repeats) {
    u16[FROZEN.longest] = Math.max(u16[FROZEN.longest]!, u16[FROZEN.run]!);
    u16[FROZEN.run] = 0;
    return 0;
  }
  const run = Math.min(u16[FROZEN.run]! + 1, RUN_MAX);
  u16[FROZEN.run] = run;
  const longer = SURPRISE_OF_DOUBLE * Math.log2(run / (4 * u16[FROZEN.longest]! + 12));
  return counts && share < SHARE_MAX ? Math.max(0, Math.min(-run * Math.log10(share), longer)) : 0;
}
