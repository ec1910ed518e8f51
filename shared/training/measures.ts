/** Two numbers in [0, 1]: area under the ROC curve, and average precision. NaN where a class is missing. */
export interface RankingMeasures {
  readonly rocAuc: number;
  readonly prAuc: number;
}

/**
 * How well scores tell positives from negatives, whatever the threshold. Ties count half in the ROC area (Mann-Whitney) and
 * enter average precision together. O(n log n).
 */
export function rankingMeasures(positives: readonly number[], negatives: readonly number[]): RankingMeasures {
  if (positives.length === 0 || negatives.length === 0) return { rocAuc: Number.NaN, prAuc: Number.NaN };
  const all = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ].sort((a, b) => b.score - a.score);
  let [found, false_, area, precision] = [0, 0, 0, 0];
  for (let i = 0; i < all.length; ) {
    let [hits, misses] = [0, 0];
    const { score } = all[i]!;
    for (; i < all.length && all[i]!.score === score; i++) {
      if (all[i]!.positive) hits += 1;
      else misses += 1;
    }
    area += misses * (found + hits / 2);
    found += hits;
    false_ += misses;
    precision += (hits * found) / (found + false_);
  }
  return { rocAuc: area / (positives.length * negatives.length), prAuc: precision / positives.length };
}

/** Precision, recall and F1 of windows found, windows in all and alarms outside of them; 0 where nothing is to divide by. */
export function alarmMeasures(found: number, windows: number, falseAlarms: number) {
  const precision = found + falseAlarms === 0 ? 0 : found / (found + falseAlarms);
  const recall = windows === 0 ? 0 : found / windows;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
