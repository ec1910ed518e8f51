import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { sourceVerdict } from '../shared/detection/source-verdict';
import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';
import { NOTHING_OUT, type PartsOut, withoutParts } from './parts';

/** Rows of one source, by metric. */
export interface SourceColumns {
  readonly metrics: readonly string[];
  /** Epoch milliseconds. */
  readonly timestamps: ArrayLike<number>;
  /** Of each metric: a value a row, NaN where nothing was measured. */
  readonly columns: readonly ArrayLike<number>[];
}

/** Scores of the source as a whole, a row each, from the product's own engine and model; 0 in rows that were not judged. */
export interface SourceScores {
  readonly anomaly: Float64Array;
  readonly alarm: Float64Array;
  /** Band of the first metric; NaN while there is none. */
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Wall-clock time of the whole, divided by rows. */
  readonly microsecondsARow: number;
}

const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: false,
};

export function scoreSource(
  { metrics, timestamps, columns }: SourceColumns,
  out: PartsOut = NOTHING_OUT,
  settings: SourceSettings = DEFAULT_SETTINGS.defaults,
): SourceScores {
  const rows = timestamps.length;
  const detector = openSourceDetector('series', settings, undefined);
  const column = () => new Float64Array(rows);
  const band = () => new Float64Array(rows).fill(Number.NaN);
  const result = { anomaly: column(), alarm: column(), expected: band(), lower: band(), upper: band() };
  const started = performance.now();
  for (let row = 0; row < rows; row++) {
    const measured: Record<string, number> = {};
    for (let j = 0; j < metrics.length; j++) {
      const value = columns[j]![row]!;
      if (Number.isFinite(value)) measured[metrics[j]!] = value;
    }
    const point = { source: 'series', timestamp: timestamps[row]!, metrics: measured, tags: {} };
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) =>
      features ? [builtInModel.score(withoutParts(features, out))] : [],
    );
    const { verdicts, source } = detector.conclude(point, observations, scores, CONTEXT);
    result.anomaly[row] = source.anomalyScore;
    result.alarm[row] = source.alarmScore;
    if (out.has('refractory')) {
      let next = 0;
      const loud = verdicts.map((verdict, k) =>
        observations[k]!.features ? { ...verdict, alarmScore: scores[next++]!.alarm } : verdict,
      );
      result.alarm[row] = sourceVerdict(
        observations,
        loud,
        loud.map(() => settings.threshold),
      ).alarmScore;
    }
    const first = observations[0];
    result.expected[row] = first?.expected ?? Number.NaN;
    result.lower[row] = first?.lower ?? Number.NaN;
    result.upper[row] = first?.upper ?? Number.NaN;
  }
  return { ...result, microsecondsARow: (1000 * (performance.now() - started)) / rows };
}
