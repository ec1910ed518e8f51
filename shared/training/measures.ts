/** Scores in [0, 1) are counted in buckets this wide: finer differences tell no two models apart, and memory stays bounded. */
export const SCORE_BUCKETS = 1_000;

/** How many scores lie in each bucket; may be weighted. */
export type ScoreCounts = Float64Array;

export function bucketOf(score: number): number {
  return Math.min(SCORE_BUCKETS - 1, Math.max(0, Math.floor(score * SCORE_BUCKETS)));
}

export function countScores(scores: Iterable<number>): ScoreCounts {
  const counts = new Float64Array(SCORE_BUCKETS);
  for (const score of scores) counts[bucketOf(score)]! += 1;
  return counts;
}

/** Two numbers in [0, 1]: area under the ROC curve, and average precision. NaN where a class is missing. */
export interface RankingMeasures {
  readonly rocAuc: number;
  readonly prAuc: number;
}

/**
 * How well scores tell positives from negatives, whatever the threshold. Scores of one bucket are ties: they count half in the
 * ROC area (Mann-Whitney) and enter average precision together. O(buckets).
 */
export function rankingMeasures(positives: ScoreCounts, negatives: ScoreCounts): RankingMeasures {
  let [found, false_, area, precision] = [0, 0, 0, 0];
  for (let bucket = SCORE_BUCKETS - 1; bucket >= 0; bucket--) {
    const [hits, misses] = [positives[bucket]!, negatives[bucket]!];
    if (hits === 0 && misses === 0) continue;
    area += misses * (found + hits / 2);
    found += hits;
    false_ += misses;
    precision += (hits * found) / (found + false_);
  }
  if (found === 0 || false_ === 0) return { rocAuc: Number.NaN, prAuc: Number.NaN };
  return { rocAuc: area / (found * false_), prAuc: precision / found };
}

/** Precision, recall and F1 of windows found, windows in all and alarms outside of them; NaN where nothing is to divide by. */
export function alarmMeasures(found: number, windows: number, falseAlarms: number) {
  return {
    precision: found / (found + falseAlarms),
    recall: found / windows,
    f1: windows === 0 ? Number.NaN : (2 * found) / (found + falseAlarms + windows),
  };
}
