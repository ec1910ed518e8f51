import fc from 'fast-check';
import { AT, builtInModel, FAMILIES } from './built-in-model';
import { FEATURE_SCHEMA_VERSION, FEATURES } from './model';
import { openWeightedModel } from './weighted-model';

const artifact = (weight: (k: number) => number) => ({
  format: 'tidewatch-weighted-model',
  formatVersion: 1,
  schema: FEATURE_SCHEMA_VERSION,
  version: 'weighted-1',
  weights: Object.fromEntries(FAMILIES.map((family, k) => [family, weight(k)])),
});
const vectors = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), {
  minLength: FEATURES.length,
  maxLength: FEATURES.length,
});

describe('a weighted model', () => {
  it('is the built-in one when all weights are 1', () => {
    const model = openWeightedModel(artifact(() => 1));
    fc.assert(
      fc.property(vectors, (vector) => {
        const [ours, built] = [model.score(vector), builtInModel.score(vector)];
        expect(ours.alarm).toBeCloseTo(built.alarm, 12);
        expect(ours.anomaly).toBeCloseTo(built.anomaly, 12);
      }),
    );
  });

  it('is monotone in every surprise', () => {
    const model = openWeightedModel(artifact((k) => k * 0.4));
    const surprises = FEATURES.map((_, k) => k).filter((k) => k !== AT.shapeWeight);
    fc.assert(
      fc.property(
        vectors,
        fc.constantFrom(...surprises),
        fc.double({ min: 0, max: 9, noNaN: true }),
        (vector, k, more) => {
          const raised = vector.map((value, at) => (at === k ? value + more : value));
          const [low, high] = [model.score(vector), model.score(raised)];
          expect(high.alarm).toBeGreaterThanOrEqual(low.alarm - 1e-12);
          expect(high.anomaly).toBeGreaterThanOrEqual(low.anomaly - 1e-12);
        },
      ),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['another schema', { ...artifact(() => 1), schema: 9 }, /takes feature schema 9; this program makes 1/],
    ['a negative weight', artifact(() => -1), /weights.value/],
    ['no weight at all', artifact(() => 0), /at least one weight/],
    ['something else', null, /not a model of ours/],
  ])('is not opened from %s', (_, document, words) => {
    expect(() => openWeightedModel(document)).toThrow(words);
  });
});
