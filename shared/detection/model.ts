/**
 * Feature vector and model: the calibrated surprises of one series (or of one source's relations) at one moment, and what
 * turns them into scores. The names, their order and their meaning are a contract between whoever computes vectors and
 * whoever scores them; any change raises FEATURE_SCHEMA_VERSION.
 */
export const FEATURE_SCHEMA_VERSION = 1;

export const FEATURES = [
  /** Distance to the nearest remembered value. */
  'novelty',
  /** Distance outside everything seen. */
  'breach',
  /** Against the usual value of the hour of day, scaled; unscaled; accumulated. */
  'hourDeviationScaled',
  'hourDeviation',
  'hourDeviationSustained',
  /** Recent variability against the long run; its novelty over 12 and over 64 points. */
  'variability',
  'variabilityNovelty12',
  'variabilityNovelty64',
  /** Against the usual value of the hour of week, accumulated. */
  'weekDeviationSustained',
  /** Unusual shape of the recent window, and the weight in [0, 1] which the family has earned on this series. */
  'shape',
  'shapeWeight',
  /** Sustained evidence of the built-in score. */
  'evidence',
  /** Broken relations between the metrics of a source: for ranking, and for alarms. Other features are 0 in such a vector. */
  'relation',
  'relationAlarm',
  /** A run of equal values, longer than any before and improbable: a frozen sensor. */
  'frozen',
] as const;
export type FeatureName = (typeof FEATURES)[number];

/** Values in the order of {@link FEATURES}, each ≥ 0, rounded by {@link roundFeature}. */
export type FeatureVector = readonly number[];

/**
 * Features travel as decimal text and must arrive as they left, so they are rounded to four decimals where they are made:
 * every model sees the same number, in process or behind an endpoint.
 */
export function roundFeature(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** A model's verdict on one vector, both in [0, 1), higher is stranger; 0.5 is where an alarm is due by default. */
export interface ModelScore {
  /** Continuous, for ranking and charts. */
  readonly anomaly: number;
  /** For alarms, before the refractory. */
  readonly alarm: number;
}

/** A scoring function with a name; monotone in every feature but `shapeWeight`, which moves weight between families. */
export interface Model {
  readonly version: string;
  score(features: FeatureVector): ModelScore;
}
