import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../shared/detection/model';
import type { OpenSourceDetector } from '../shared/detection/source-detector';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';

const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: false,
};

/** Rows of a series that are anomalies at the default threshold. */
export function alarmsOf(
  open: OpenSourceDetector,
  metric: string,
  timestamps: ArrayLike<number>,
  values: Float64Array,
): number[] {
  const detector = open('series', DEFAULT_SETTINGS.defaults, undefined);
  const rows: number[] = [];
  values.forEach((value, row) => {
    const point = { source: 'series', timestamp: timestamps[row]!, metrics: { [metric]: value }, tags: {} };
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
    if (detector.conclude(point, observations, scores, CONTEXT).verdicts[0]!.isAnomaly) rows.push(row);
  });
  return rows;
}
