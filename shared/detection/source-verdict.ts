import type { Contribution } from '../domain/anomaly-event';
import { fromUnit, toUnit } from './built-in-model';
import type { Observation, Verdict } from './source-detector';

const NOTHING: Verdict = { anomalyScore: 0, alarmScore: 0, isAnomaly: false, contributions: [] };

/**
 * The source as a whole: its relations and its metrics together. The largest of many surprises is larger than one, so each
 * metric's surprise, which counts zeros of a probability, is lowered by the zeros of their number.
 *
 * @param thresholds of each observation
 */
export function sourceVerdict(
  observations: readonly Observation[],
  verdicts: readonly Verdict[],
  thresholds: readonly number[],
): Verdict {
  let metrics = 0;
  for (const { metric, features } of observations) if (metric !== undefined && features) metrics++;
  if (metrics === 0) return NOTHING;
  const zeros = Math.log10(metrics);
  let anomalyScore = 0;
  let alarmScore = 0;
  let isAnomaly = false;
  for (let k = 0; k < verdicts.length; k++) {
    const lowered = observations[k]!.metric === undefined ? 0 : zeros;
    anomalyScore = Math.max(anomalyScore, lower(verdicts[k]!.anomalyScore, lowered));
    const alarm = lower(verdicts[k]!.alarmScore, lowered);
    alarmScore = Math.max(alarmScore, alarm);
    if (alarm >= thresholds[k]!) isAnomaly = true;
  }
  return { anomalyScore, alarmScore, isAnomaly, contributions: isAnomaly ? byMetric(observations, verdicts) : [] };
}

function lower(unit: number, by: number): number {
  return by === 0 ? unit : toUnit(Math.max(0, fromUnit(unit) - by));
}

/** Shares by metric, of squares of surprises, with each one's strongest reason. */
function byMetric(observations: readonly Observation[], verdicts: readonly Verdict[]): readonly Contribution[] {
  const squares = verdicts.map((verdict) => fromUnit(verdict.alarmScore) ** 2);
  const all = squares.reduce((sum, square) => sum + square, 0);
  if (all === 0) return [];
  return verdicts
    .map((verdict, k) => ({
      name: observations[k]!.metric ?? 'relations',
      share: squares[k]! / all,
      words: verdict.contributions[0]?.words ?? 'unusual',
    }))
    .filter(({ share }) => share >= 0.05)
    .sort((a, b) => b.share - a.share);
}
