import { z } from 'zod';
import { FEATURE_SCHEMA_VERSION, FEATURES, type FeatureName } from '../detection/model';
import type { Observation } from '../detection/source-detector';
import { TrainingError } from './training-error';

/**
 * Where the buckets of a feature begin, in its own unit, apart from the first, which holds 0 alone: half octaves from 1/16 to
 * 16. Surprises are about logarithms already and lie between 0 and 6 nearly always; below 1/16 they say nothing.
 */
export const FEATURE_EDGES: readonly number[] = [0, ...Array.from({ length: 17 }, (_, k) => 2 ** ((k - 8) / 2))];
/** Where the buckets of anomaly scores, which are in [0, 1), begin. */
export const SCORE_EDGES: readonly number[] = Array.from({ length: 20 }, (_, k) => k / 20);

const FEATURE_BUCKETS = FEATURE_EDGES.length + 1;
const SCORE_BUCKETS = SCORE_EDGES.length;

const counts = (buckets: number) => z.array(z.number().int().min(0)).length(buckets);

/** Distributions at rest. */
export const DistributionsSchema = z.object({
  format: z.literal('tidewatch-distributions'),
  formatVersion: z.literal(1),
  /** Of the feature vectors. */
  schema: z.number().int(),
  /** Version of the model that gave the scores. */
  model: z.string(),
  /** Vectors counted: those of metrics, and those of relations of sources. */
  vectors: z.object({ metrics: z.number().int().min(0), relations: z.number().int().min(0) }),
  /** Counts by feature, in the order of {@link FEATURE_EDGES}: 0, above 0, from 1/16 on, … */
  features: z.record(z.string(), counts(FEATURE_BUCKETS)),
  scores: counts(SCORE_BUCKETS),
});
export type DistributionsDocument = z.output<typeof DistributionsSchema>;

/** The features that a vector of relations has; a metric's vector has all others. */
const OF_RELATIONS: ReadonlySet<FeatureName> = new Set(['relation', 'relationAlarm']);
const METRIC_COLUMNS = columns((name) => !OF_RELATIONS.has(name));
const RELATION_COLUMNS = columns((name) => OF_RELATIONS.has(name));

function columns(which: (name: FeatureName) => boolean): readonly number[] {
  return FEATURES.flatMap((name, column) => (which(name) ? [column] : []));
}

export type Counted = Pick<Observation, 'metric' | 'features' | 'standing' | 'learnt' | 'learningNeeds'>;

/**
 * How often each feature, and the anomaly score, lay in which of some fixed buckets. What was counted in parts and what was
 * counted at once are the same. 2.5 KB in memory.
 */
export class Distributions {
  private readonly features = new Float64Array(FEATURES.length * FEATURE_BUCKETS);
  private readonly scores = new Float64Array(SCORE_BUCKETS);
  private metrics = 0;
  private relations = 0;

  /** @param model version of the model whose scores are counted */
  constructor(readonly model: string) {}

  /** @throws {TrainingError} if it is no such document, or of vectors of another schema */
  static from(document: unknown): Distributions {
    const parsed = DistributionsSchema.safeParse(document);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TrainingError(`no distributions of ours: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
    }
    const { schema, model, vectors, features, scores } = parsed.data;
    if (schema !== FEATURE_SCHEMA_VERSION)
      throw new TrainingError(
        `the distributions are of feature schema ${schema}, this program makes ${FEATURE_SCHEMA_VERSION}: train again to have new ones`,
      );
    const made = new Distributions(model);
    made.metrics = vectors.metrics;
    made.relations = vectors.relations;
    FEATURES.forEach((name, column) => {
      const known = features[name];
      if (known === undefined) throw new TrainingError(`no distributions of ours: features.${name} is missing`);
      made.features.set(known, column * FEATURE_BUCKETS);
    });
    made.scores.set(scores);
    return made;
  }

  /** Vectors counted. */
  get vectors(): number {
    return this.metrics + this.relations;
  }

  /**
   * Counts an observation that training would learn from: current, and of a series that is no longer learning. Others are
   * passed over, so that what is counted live and what is counted in training are of one kind. O(features).
   *
   * @param score the model's anomaly score, [0, 1)
   * @returns was it counted?
   */
  add({ metric, features, standing, learnt, learningNeeds }: Counted, score: number): boolean {
    if (features === undefined || standing !== 'current' || learnt < learningNeeds) return false;
    for (const column of metric === undefined ? RELATION_COLUMNS : METRIC_COLUMNS)
      this.features[column * FEATURE_BUCKETS + featureBucket(features[column]!)]! += 1;
    this.addScore(score, 1);
    if (metric === undefined) this.relations += 1;
    else this.metrics += 1;
    return true;
  }

  /** Adds what another one counted. @throws {TrainingError} if its scores are of another model */
  merge(other: Distributions): void {
    if (other.model !== this.model)
      throw new TrainingError(`scores of model ${other.model} cannot be added to those of model ${this.model}`);
    addAll(this.features, other.features);
    addAll(this.scores, other.scores);
    this.metrics += other.metrics;
    this.relations += other.relations;
  }

  /** The same features with the scores of another model. @param scores scores, each with the number of vectors it stands for */
  rescored(model: string, scores: Iterable<readonly [score: number, vectors: number]>): Distributions {
    const made = new Distributions(model);
    made.features.set(this.features);
    made.metrics = this.metrics;
    made.relations = this.relations;
    for (const [score, vectors] of scores) made.addScore(score, vectors);
    return made;
  }

  toJSON(): DistributionsDocument {
    const of = (column: number) => this.featureCounts(column);
    return {
      format: 'tidewatch-distributions',
      formatVersion: 1,
      schema: FEATURE_SCHEMA_VERSION,
      model: this.model,
      vectors: { metrics: this.metrics, relations: this.relations },
      features: Object.fromEntries(FEATURES.map((name, column) => [name, [...of(column)]])),
      scores: [...this.scores],
    };
  }

  /** By bucket; a view. */
  featureCounts(column: number): Float64Array {
    return this.features.subarray(column * FEATURE_BUCKETS, (column + 1) * FEATURE_BUCKETS);
  }

  /** By bucket; a view. */
  scoreCounts(): Float64Array {
    return this.scores;
  }

  private addScore(score: number, vectors: number): void {
    const bucket = Math.min(SCORE_BUCKETS - 1, Math.max(0, Math.floor(score * SCORE_BUCKETS)));
    this.scores[bucket]! += vectors;
  }
}

/** 0 for 0, else the number of edges that lie at or below the value; comparisons are exact, logarithms are not. */
function featureBucket(value: number): number {
  if (!(value > 0)) return 0;
  let bucket = 1;
  while (bucket < FEATURE_EDGES.length && value >= FEATURE_EDGES[bucket]!) bucket += 1;
  return bucket;
}

function addAll(sum: Float64Array, more: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}

/** How far distributions lie from those of a reference: population stability indices, ≥ 0; 0 where nothing changed. */
export interface Drift {
  /** Of each feature that both have vectors of. */
  readonly features: Readonly<Partial<Record<FeatureName, number>>>;
  /** Of the anomaly score; undefined if the two are of different models, whose scores do not compare. */
  readonly score: number | undefined;
  /** The largest of them, and whose it is; undefined if nothing compares. */
  readonly largest: { readonly of: FeatureName | 'score'; readonly index: number } | undefined;
  /** What chance alone gives on average, for independent vectors of metrics; points in a row depend on each other. */
  readonly byChance: number;
}

/** In the words of credit scoring, where the index comes from: below 0.1 no change, 0.1 to 0.25 some, above it much. */
export const DRIFT_LIMIT = 0.25;

/**
 * Population stability index of each feature and of the score: Σ (now − then) · ln(now / then) over shares of buckets, the
 * symmetric form of the Kullback-Leibler divergence. Half a vector is added to each bucket, so that empty ones count for
 * little and not for infinity. O(features × buckets).
 *
 * @see Siddiqi 2006, Credit Risk Scorecards, Wiley (the index and its limits); Yurdakul, Naranjo 2020, Statistical properties
 *   of the population stability index, J. Risk Model Validation 14 (what chance gives: (buckets − 1) · (1/n + 1/m))
 */
export function drift(reference: Distributions, now: Distributions): Drift {
  const features: Partial<Record<FeatureName, number>> = {};
  FEATURES.forEach((name, column) => {
    const index = stability(reference.featureCounts(column), now.featureCounts(column));
    if (index !== undefined) features[name] = index;
  });
  const score = reference.model === now.model ? stability(reference.scoreCounts(), now.scoreCounts()) : undefined;
  const all: { of: FeatureName | 'score'; index: number }[] = FEATURES.flatMap((of) => {
    const index = features[of];
    return index === undefined ? [] : [{ of, index }];
  });
  if (score !== undefined) all.push({ of: 'score', index: score });
  const largest = all.reduce<Drift['largest']>(
    (most, one) => (most && most.index >= one.index ? most : one),
    undefined,
  );
  const byChance = (FEATURE_BUCKETS - 1) * (1 / Math.max(1, reference.vectors) + 1 / Math.max(1, now.vectors));
  return { features, score, largest, byChance };
}

/** Undefined if one of the two is empty. */
function stability(then: Float64Array, now: Float64Array): number | undefined {
  const [before, after] = [sharesOf(then), sharesOf(now)];
  if (before === undefined || after === undefined) return undefined;
  let index = 0;
  for (let i = 0; i < before.length; i++) index += (after[i]! - before[i]!) * Math.log(after[i]! / before[i]!);
  return index;
}

function sharesOf(given: Float64Array): Float64Array | undefined {
  const sum = given.reduce((total, count) => total + count, 0);
  return sum === 0 ? undefined : given.map((count) => (count + 0.5) / (sum + 0.5 * given.length));
}
