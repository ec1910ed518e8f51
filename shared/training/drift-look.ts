import { AT } from '../detection/built-in-model';
import type { FeatureName } from '../detection/model';
import { type Distributions, drift } from './distributions';

/**
 * The reference is what training saw in its last week: memories ripen for weeks, and what vectors of young series look like is
 * no measure for those of old ones.
 */
export const REFERENCE_MS = 7 * 86_400_000;

/**
 * What is compared, and what it is. Left out is what moves without any change of the data: sums over hours and days, which give
 * one independent value a series and day (what they sum is compared itself), and the weight that shapes earn with age.
 * `npm run bench:drift` measures the difference.
 */
const COMPARED = {
  novelty: 'distances to the nearest remembered value',
  breach: 'distances outside everything seen',
  hourDeviationScaled: "deviations from the hour's usual value, against its spread",
  hourDeviation: "deviations from the hour's usual value",
  variability: 'changes of variability',
  variabilityNovelty12: 'novelties of the variability over 12 points',
  variabilityNovelty64: 'novelties of the variability over 64 points',
  shape: 'unusual shapes',
  relation: 'broken relations between metrics',
  relationAlarm: 'broken relations between metrics that alarm',
  frozen: 'runs of equal values',
  score: 'anomaly scores',
} as const satisfies Partial<Record<FeatureName | 'score', string>>;
export type Compared = keyof typeof COMPARED;

/** What live vectors are like beside those of training. */
export interface DriftLook {
  /** Population stability indices, the largest first; what only one of both has is left out. */
  readonly indices: readonly (readonly [Compared, number])[];
  /** The largest of them; 0 if nothing compares. */
  readonly max: number;
  /** Of the anomaly score; undefined if another model gave the live ones. */
  readonly score: number | undefined;
  /** Sentences of what lies at the limit or past it, as `novelty 0.41: distances to the nearest remembered value are larger`. */
  readonly past: readonly string[];
}

/** @param limit population stability index from which on something has drifted */
export function lookForDrift(reference: Distributions, now: Distributions, limit: number): DriftLook {
  const { features, score } = drift(reference, now);
  const found = { ...features, score };
  const indices = (Object.keys(COMPARED) as Compared[])
    .flatMap((of) => (found[of] === undefined ? [] : [[of, found[of]] as const]))
    .sort(([, a], [, b]) => b - a);
  return {
    indices,
    max: indices[0]?.[1] ?? 0,
    score,
    past: indices.filter(([, index]) => index >= limit).map(([of, index]) => sentence(of, index, reference, now)),
  };
}

function sentence(of: Compared, index: number, reference: Distributions, now: Distributions): string {
  const [before, after] = [reference, now].map((some) => meanBucket(countsOf(some, of)));
  return `${of} ${index.toFixed(2)}: ${COMPARED[of]} are ${directionOf(before!, after!)}`;
}

function countsOf(distributions: Distributions, of: Compared): Float64Array {
  return of === 'score' ? distributions.scoreCounts() : distributions.featureCounts(AT[of]);
}

function meanBucket(counts: Float64Array): number {
  let [sum, weighted] = [0, 0];
  counts.forEach((count, bucket) => {
    sum += count;
    weighted += bucket * count;
  });
  return weighted / sum;
}

/** A tenth of a bucket is no direction: then it is the form that has changed. */
function directionOf(before: number, after: number): string {
  if (Math.abs(after - before) < 0.1) return 'distributed otherwise';
  return after > before ? 'larger' : 'smaller';
}
