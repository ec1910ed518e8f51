import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';

/** Scores of a series, a row each, from the product's own engine and model. */
export interface SeriesScores {
  readonly anomaly: Float64Array;
  readonly alarm: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Features of each row; undefined where there was nothing to score. */
  readonly events: number;
}

const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: 1 },
  degraded: false,
  warming: false,
};

/** @param timestamps epoch milliseconds */
export function scoreSeries(
  timestamps: ArrayLike<number>,
  values: ArrayLike<number>,
  settings: SourceSettings = DEFAULT_SETTINGS.defaults,
): SeriesScores {
  const rows = values.length;
  const detector = openSourceDetector('series', settings, undefined);
  const column = () => new Float64Array(rows);
  const result = { anomaly: column(), alarm: column(), expected: column(), lower: column(), upper: column() };
  let events = 0;
  for (let row = 0; row < rows; row++) {
    if (!Number.isFinite(values[row]!)) continue;
    const point = { source: 'series', timestamp: timestamps[row]!, metrics: { value: values[row]! }, tags: {} };
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
    const conclusion = detector.conclude(point, observations, scores, CONTEXT);
    events += conclusion.events.length;
    result.anomaly[row] = conclusion.verdicts[0]!.anomalyScore;
    result.alarm[row] = conclusion.verdicts[0]!.alarmScore;
    result.expected[row] = observations[0]!.expected ?? Number.NaN;
    result.lower[row] = observations[0]!.lower ?? Number.NaN;
    result.upper[row] = observations[0]!.upper ?? Number.NaN;
  }
  return { ...result, events };
}
