import { pointScorer, type ScoredPoint } from '../apps/cli/score/point-scorer';
import type { Model } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { Verdict } from '../shared/detection/source-detector';
import { sourceVerdict } from '../shared/detection/source-verdict';
import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';
import { modelWithout, NOTHING_OUT, type PartsOut } from './parts';

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

export function scoreSource(
  { metrics, timestamps, columns }: SourceColumns,
  out: PartsOut = NOTHING_OUT,
  settings: SourceSettings = DEFAULT_SETTINGS.defaults,
): SourceScores {
  const rows = timestamps.length;
  const model = modelWithout(out);
  const score = pointScorer(openSourceDetector, model, { ...DEFAULT_SETTINGS, defaults: settings });
  const column = (filling: number) => new Float64Array(rows).fill(filling);
  const result = {
    anomaly: column(0),
    alarm: column(0),
    expected: column(Number.NaN),
    lower: column(Number.NaN),
    upper: column(Number.NaN),
  };
  const started = performance.now();
  for (let row = 0; row < rows; row++) {
    const measured: Record<string, number> = {};
    for (let j = 0; j < metrics.length; j++) {
      const value = columns[j]![row]!;
      if (Number.isFinite(value)) measured[metrics[j]!] = value;
    }
    const scored = score({ source: 'series', timestamp: timestamps[row]!, metrics: measured, tags: {} });
    const { source } = out.has('refractory') ? withoutRefractory(scored, model) : scored.conclusion;
    result.anomaly[row] = source.anomalyScore;
    result.alarm[row] = source.alarmScore;
    const first = scored.observations[0];
    result.expected[row] = first?.expected ?? Number.NaN;
    result.lower[row] = first?.lower ?? Number.NaN;
    result.upper[row] = first?.upper ?? Number.NaN;
  }
  return { ...result, microsecondsARow: (1000 * (performance.now() - started)) / rows };
}

/** As if every alarm had spoken. */
function withoutRefractory({ observations, conclusion: { verdicts } }: ScoredPoint, model: Model): { source: Verdict } {
  const loud = verdicts.map((verdict, k) => {
    const { features } = observations[k]!;
    return features === undefined ? verdict : { ...verdict, alarmScore: model.score(features).alarm };
  });
  const never = loud.map(() => 1);
  return { source: sourceVerdict(observations, loud, never) };
}
