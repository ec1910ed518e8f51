import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURES, type FeatureName, type FeatureVector } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';

/** Scores of a series, a row each, from the product's own engine and model. */
export interface SeriesScores {
  readonly anomaly: Float64Array;
  readonly alarm: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly events: number;
}

const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: 1 },
  degraded: false,
  warming: false,
};

/**
 * @param timestamps epoch milliseconds
 * @param without features that are hidden from the model
 */
export function scoreSeries(
  timestamps: ArrayLike<number>,
  values: ArrayLike<number>,
  without: ReadonlySet<FeatureName> = new Set(),
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
    const scores = observations.flatMap(({ features }) =>
      features ? [builtInModel.score(hide(features, without))] : [],
    );
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

function hide(features: FeatureVector, without: ReadonlySet<FeatureName>): FeatureVector {
  return without.size === 0 ? features : features.map((value, at) => (without.has(FEATURES[at]!) ? 0 : value));
}

/** The features named by `--without NAME,NAME` among the arguments; a family's name stands for all of its features. */
export function hiddenFeatures(args: readonly string[]): ReadonlySet<FeatureName> {
  const at = args.indexOf('--without');
  if (at < 0) return new Set();
  const names = (args[at + 1] ?? '').split(',').flatMap((name): readonly string[] => FAMILY_FEATURES[name] ?? [name]);
  for (const name of names) {
    if (!FEATURES.includes(name as FeatureName))
      throw new Error(`--without ${name}: expected ${[...Object.keys(FAMILY_FEATURES), ...FEATURES].join(', ')}`);
  }
  return new Set(names as FeatureName[]);
}

const FAMILY_FEATURES: Readonly<Record<string, readonly FeatureName[]>> = {
  value: ['novelty', 'breach'],
  season: ['hourDeviationScaled', 'hourDeviation', 'hourDeviationSustained', 'weekDeviationSustained'],
  change: ['variability', 'variabilityNovelty12', 'variabilityNovelty64'],
  shapes: ['shape', 'shapeWeight'],
  sustained: ['evidence'],
  flat: ['frozen'],
};
