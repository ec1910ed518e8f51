import { seasonFamily, valueFamily, variabilityFamily } from './families';
import { FEATURES, type FeatureName, type FeatureVector, type Model } from './model';

/** The score at which an alarm is due: half of [0, 1). */
export const SCORE_AT_HALF = 1.3;
/** How much a shape that has earned all its weight counts beside the three basic families: for ranking, and for alarms. */
const SHAPE_WEIGHT = { ranking: 15, alarm: 2 } as const;
const EVIDENCE_WEIGHT = 27;

/** Column of each feature. */
export const AT = Object.fromEntries(FEATURES.map((name, index) => [name, index])) as Readonly<
  Record<FeatureName, number>
>;

/**
 * The fixed combination of families: default model, and fallback when another does not answer. Monotone in every feature but
 * `shapeWeight`. What state
 * remembers of scores never comes from a model, not even from this one: see sustained-evidence.ts.
 */
export const builtInModel: Model = {
  version: 'built-in-1',
  score(features) {
    const basic = basicSquares(features);
    return {
      anomaly: toUnit(combined(features, basic, SHAPE_WEIGHT.ranking, features[AT.relation]!)),
      alarm: toUnit(combined(features, basic, SHAPE_WEIGHT.alarm, features[AT.relationAlarm]!)),
    };
  },
};

/** Squares of families are added, and shapes weigh as much as they have earned; relations come on top. */
function combined(features: FeatureVector, basic: number, weight: number, relation: number): number {
  const earned = weight * features[AT.shapeWeight]!;
  const shape = features[AT.shape]!;
  const evidence = features[AT.evidence]!;
  const frozen = features[AT.frozen]!;
  const squares = basic + frozen * frozen + earned * shape * shape + EVIDENCE_WEIGHT * evidence * evidence;
  return Math.sqrt(squares / (3 + earned) + relation * relation);
}

function basicSquares(f: FeatureVector): number {
  return valueSurprise(f) ** 2 + seasonSurprise(f) ** 2 + variabilitySurprise(f) ** 2;
}

/** What each family adds to the square of a score, by default the alarm score, in the order of {@link FAMILIES}. */
export function familySquares(f: FeatureVector, of: keyof typeof SHAPE_WEIGHT = 'alarm'): readonly number[] {
  const earned = SHAPE_WEIGHT[of] * f[AT.shapeWeight]!;
  const part = 1 / (3 + earned);
  return [
    valueSurprise(f) ** 2 * part,
    seasonSurprise(f) ** 2 * part,
    variabilitySurprise(f) ** 2 * part,
    earned * f[AT.shape]! ** 2 * part,
    EVIDENCE_WEIGHT * f[AT.evidence]! ** 2 * part,
    f[of === 'alarm' ? AT.relationAlarm : AT.relation]! ** 2,
    f[AT.frozen]! ** 2 * part,
  ];
}

function valueSurprise(f: FeatureVector): number {
  return valueFamily(f[AT.novelty]!, f[AT.breach]!);
}

function seasonSurprise(f: FeatureVector): number {
  return seasonFamily(
    f[AT.hourDeviationScaled]!,
    f[AT.hourDeviation]!,
    f[AT.hourDeviationSustained]!,
    f[AT.weekDeviationSustained]!,
  );
}

function variabilitySurprise(f: FeatureVector): number {
  return variabilityFamily(f[AT.variability]!, f[AT.variabilityNovelty12]!, f[AT.variabilityNovelty64]!);
}

export const FAMILIES = ['value', 'season', 'variability', 'shape', 'sustained', 'relation', 'frozen'] as const;
export type Family = (typeof FAMILIES)[number];

/** [0, ∞) to [0, 1), one half at {@link SCORE_AT_HALF}. */
export function toUnit(score: number): number {
  return score / (score + SCORE_AT_HALF);
}

/** Undoes {@link toUnit}: what a model's probability-like answer stands for on the scale of surprises. */
export function fromUnit(unit: number): number {
  return (SCORE_AT_HALF * unit) / Math.max(1 - unit, 1e-12);
}
