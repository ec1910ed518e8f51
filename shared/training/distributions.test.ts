import fc from 'fast-check';
import { FEATURES } from '../detection/model';
import {
  type Counted,
  Distributions,
  type DistributionsDocument,
  DRIFT_LIMIT,
  drift,
  FEATURE_EDGES,
  SCORE_EDGES,
} from './distributions';

const vector = (novelty: number) => FEATURES.map((name) => (name === 'novelty' ? novelty : 0));
const counted = (novelty: number, changes: Partial<Counted> = {}): Counted => ({
  metric: 'a',
  features: vector(novelty),
  standing: 'current',
  learnt: 100,
  learningNeeds: 40,
  ...changes,
});
const of = (novelties: readonly number[], score = 0.1, model = 'm'): Distributions => {
  const made = new Distributions(model);
  for (const novelty of novelties) made.add(counted(novelty), score);
  return made;
};
const bucketOf = (novelty: number) => of([novelty]).toJSON().features['novelty']!.indexOf(1);
const repeated = (times: number, novelty: number) => Array.from({ length: times }, () => novelty);

describe('buckets', () => {
  it.each([
    ['0', 0, 0],
    ['the smallest that is made', 1e-4, 1],
    ['just below an edge', 0.0624, 1],
    ['an edge', 0.0625, 2],
    ['1', 1, 10],
    ['just below 16', 15.9999, 17],
    ['16', 16, 18],
    ['anything above', 1e12, 18],
  ])('of features: %s', (_, value, bucket) => {
    expect(bucketOf(value)).toBe(bucket);
  });

  it('are in the order of the values, and no value is without one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), fc.double({ min: 0, noNaN: true }), (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
        expect(bucketOf(a)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(of([1]).toJSON().features['novelty']).toHaveLength(FEATURE_EDGES.length + 1);
  });

  it.each([
    [0, 0],
    [0.05, 1],
    [0.5, 10],
    [0.9999, 19],
    [1, 19],
  ])('of scores: %d', (score, bucket) => {
    const { scores } = of([1], score).toJSON();
    expect([scores.indexOf(1), scores.length]).toEqual([bucket, SCORE_EDGES.length]);
  });
});

describe('what is counted', () => {
  it.each<[string, Partial<Counted>, boolean]>([
    ['a current vector of a series that is old enough', {}, true],
    ['a late one', { standing: 'late' }, false],
    ['one of a young series', { learnt: 39 }, false],
    ['what is not scored', { features: undefined }, false],
  ])('%s', (_, changes, expected) => {
    const made = new Distributions('m');
    expect(made.add(counted(1, changes), 0.5)).toBe(expected);
    expect(made.vectors).toBe(expected ? 1 : 0);
  });

  it('a vector of relations counts for relations alone, and one of a metric for all else', () => {
    const made = new Distributions('m');
    made.add(counted(1), 0.1);
    made.add(counted(0, { metric: undefined }), 0.1);
    const { features, vectors } = made.toJSON();
    expect(vectors).toEqual({ metrics: 1, relations: 1 });
    const sums = Object.values(features).map((counts) => counts.reduce((sum, count) => sum + count, 0));
    expect(sums).toEqual(FEATURES.map(() => 1));
  });
});

describe('distributions', () => {
  const novelties = fc.array(fc.double({ min: 0, max: 40, noNaN: true }));

  it('are the same counted in parts or at once, and after a rest', () => {
    fc.assert(
      fc.property(novelties, novelties, (some, more) => {
        const parts = of(some);
        parts.merge(Distributions.from(JSON.parse(JSON.stringify(of(more)))));
        expect(parts.toJSON()).toEqual(of([...some, ...more]).toJSON());
      }),
    );
  });

  it('do not mix scores of two models', () => {
    expect(() => of([1], 0.1, 'a').merge(of([1], 0.1, 'b'))).toThrow(/scores of model b .* those of model a/);
  });

  it('keep their features when another model scores', () => {
    const again = of([1, 2, 3], 0.1).rescored('n', [
      [0.5, 1],
      [0.9, 2],
    ]);
    expect(again.toJSON()).toMatchObject({ model: 'n', features: of([1, 2, 3]).toJSON().features });
    expect([again.toJSON().scores[10], again.toJSON().scores[18], again.toJSON().scores[2]]).toEqual([1, 2, 0]);
  });

  const document = of([1]).toJSON();
  const { novelty, ...others } = document.features;
  it.each<[string, unknown, RegExp]>([
    ['no document', 'text', /no distributions of ours: document/],
    ['vectors of another schema', { ...document, schema: 7 } satisfies DistributionsDocument, /feature schema 7/],
    ['a feature less', { ...document, features: others }, /features.novelty is missing/],
    ['a bucket less', { ...document, scores: document.scores.slice(1) }, /scores/],
    ['a count below 0', { ...document, features: { ...others, novelty: novelty!.map(() => -1) } }, /novelty/],
  ])('are refused: %s', (_, given, words) => {
    expect(() => Distributions.from(given)).toThrow(words);
  });
});

describe('drift', () => {
  const usual = [...repeated(700, 0), ...repeated(250, 1), ...repeated(50, 3)];

  it('is 0 between equals, and the same in both directions', () => {
    expect(drift(of(usual), of(usual)).features.novelty).toBe(0);
    const [there, back] = [drift(of(usual), of(repeated(90, 1))), drift(of(repeated(90, 1)), of(usual))];
    expect(there.features.novelty).toBeCloseTo(back.features.novelty!, 12);
  });

  it('is the index of the textbook where no bucket is empty', () => {
    // Shares 0.7 / 0.3 against 0.4 / 0.6: (0.4 − 0.7) ln(0.4/0.7) + (0.6 − 0.3) ln(0.6/0.3).
    const half = (zeros: number) => of([...repeated(zeros * 1e5, 0), ...repeated(1e6 - zeros * 1e5, 1)]);
    const expected = -0.3 * Math.log(0.4 / 0.7) + 0.3 * Math.log(2);
    expect(drift(half(7), half(4)).features.novelty).toBeCloseTo(expected, 3);
  });

  it('is past the limit when most of a population moves, and names whose it is', () => {
    const { largest } = drift(of(usual), of(usual.map((novelty) => novelty + 2)));
    expect(largest).toMatchObject({ of: 'novelty' });
    expect(largest!.index).toBeGreaterThan(DRIFT_LIMIT);
  });

  it('stays finite for a bucket that was empty, and small if little fell into it', () => {
    const { features } = drift(of(usual), of([...usual, 100]));
    expect(features.novelty).toBeGreaterThan(0);
    expect(features.novelty).toBeLessThan(0.01);
  });

  it('of a sample of the same population is about what chance gives', () => {
    const draws = (seed: number) =>
      Array.from({ length: 5_000 }, (_, i) => usual[(Math.imul(i + seed, 0x9e3779b1) >>> 0) % usual.length]!);
    const { features, byChance } = drift(of(draws(1)), of(draws(77_777)));
    expect(features.novelty).toBeLessThan(4 * byChance);
    expect(byChance).toBeCloseTo(18 * (2 / 5_000), 12);
  });

  it('of scores compares those of one model alone', () => {
    const [then, now] = [of(usual, 0.1), of(usual, 0.6)];
    expect(drift(then, now).score).toBeGreaterThan(DRIFT_LIMIT);
    expect(drift(then, now).largest!.of).toBe('score');
    expect(drift(then, of(usual, 0.6, 'other')).score).toBeUndefined();
  });

  it('of features that one of the two has no vectors of is unknown', () => {
    const { features, largest } = drift(of([]), of(usual));
    expect([features, largest]).toEqual([{}, undefined]);
    expect(drift(of(usual), of(usual)).features.relation).toBeUndefined();
  });
});
