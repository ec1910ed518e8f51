import type { MeasureName } from './evaluation-report';
import type { Evidence } from './evidence';
import { WEEK_MS } from './evidence';
import { alarmMeasures, rankingMeasures, SCORE_BUCKETS, type ScoreCounts } from './measures';

/** A part of what was tested, as indices into the evidence. */
export interface Slice {
  readonly blocks: readonly number[];
  readonly windows: readonly number[];
}

/** How often each block counts: once, or as often as it was drawn. */
export type BlockWeights = ArrayLike<number>;

export interface SliceMeasures extends Readonly<Record<MeasureName, number>> {
  readonly windows: number;
  readonly found: number;
  readonly falseAlarms: number;
}

/** What does not need scores to be ranked. NaN where there is nothing to measure it on. O(blocks + windows). */
export function alarmsOf(
  { blocks, windows }: Evidence,
  model: number,
  slice: Slice,
  weights: BlockWeights,
): Omit<SliceMeasures, 'rocAuc' | 'prAuc'> {
  let [count, found, delay, falseAlarms, spanMs] = [0, 0, 0, 0, 0];
  for (const at of slice.windows) {
    const { label, block, firstAlarm } = windows[at]!;
    const weight = weights[block]!;
    const alarm = firstAlarm[model];
    count += weight;
    if (alarm === undefined) continue;
    found += weight;
    delay += weight * (alarm - label.from);
  }
  for (const at of slice.blocks) {
    const block = blocks[at]!;
    falseAlarms += weights[at]! * block.falseAlarms[model]!;
    spanMs += weights[at]! * block.spanMs;
  }
  return {
    windows: count,
    found,
    falseAlarms,
    ...alarmMeasures(found, count, falseAlarms),
    falseAlarmsPerSeriesWeek: falseAlarms / (spanMs / WEEK_MS),
    delayMs: delay / found,
  };
}

/** @param negatives of the slice's blocks, see {@link usualDaysOf} */
export function areasOf(
  { windows }: Evidence,
  model: number,
  slice: Slice,
  weights: BlockWeights,
  negatives: ScoreCounts,
) {
  const positives = new Float64Array(SCORE_BUCKETS);
  for (const at of slice.windows) {
    const { block, strongest } = windows[at]!;
    positives[strongest[model]!]! += weights[block]!;
  }
  return rankingMeasures(positives, negatives);
}

/** Strongest scores of usual days. O(days of series). */
export function usualDaysOf(
  { blocks }: Evidence,
  model: number,
  of: readonly number[],
  weights: BlockWeights,
): ScoreCounts {
  const counts = new Float64Array(SCORE_BUCKETS);
  for (const at of of) {
    const weight = weights[at]!;
    if (weight > 0) for (const bucket of blocks[at]!.usualDays[model]!) counts[bucket]! += weight;
  }
  return counts;
}
