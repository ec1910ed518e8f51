import { builtInModel, FAMILIES, type Family } from '../shared/detection/built-in-model';
import { FEATURES, type FeatureName, type FeatureVector, type Model } from '../shared/detection/model';

/** Features of each family; hidden ones are 0 to the model. The engine learns as ever: its own evidence sees all families. */
const FAMILY_FEATURES: Readonly<Record<Family, readonly FeatureName[]>> = {
  value: ['novelty', 'breach'],
  season: ['hourDeviationScaled', 'hourDeviation', 'hourDeviationSustained', 'weekDeviationSustained'],
  variability: ['variability', 'variabilityNovelty12', 'variabilityNovelty64'],
  shape: ['shape', 'shapeWeight'],
  sustained: ['evidence'],
  relation: ['relation', 'relationAlarm'],
  frozen: ['frozen'],
};

/** What can be left out to see what it is worth: a family, the refractory, or (for sources) all that is of single metrics. */
export const PARTS = [...FAMILIES, 'refractory', 'metrics'] as const;
/** Of them, those that a series alone can miss. */
export const SERIES_PARTS = PARTS.filter((part) => part !== 'relation' && part !== 'metrics');
export type Part = (typeof PARTS)[number];
export type PartsOut = ReadonlySet<Part>;

export const NOTHING_OUT: PartsOut = new Set();

/** @throws {Error} naming the parts there are, if one of the names is none */
export function partsNamed(names: readonly string[]): PartsOut {
  const parts = names.map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new Error(`--without ${name}: expected ${PARTS.join(', ')}`);
    return part;
  });
  return new Set(parts);
}

/** The default model, to which some features are always 0. */
export function modelWithout(out: PartsOut): Model {
  if (out.size === 0) return builtInModel;
  const hidden = FEATURES.map((feature) => isHidden(feature, out));
  const seen = (features: FeatureVector) => features.map((value, at) => (hidden[at] ? 0 : value));
  return { version: builtInModel.version, score: (features) => builtInModel.score(seen(features)) };
}

function isHidden(feature: FeatureName, out: PartsOut): boolean {
  const isRelation = FAMILY_FEATURES.relation.includes(feature);
  if (out.has('metrics') && !isRelation) return true;
  return FAMILIES.some((family) => out.has(family) && FAMILY_FEATURES[family].includes(feature));
}
