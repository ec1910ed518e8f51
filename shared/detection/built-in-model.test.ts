import fc from 'fast-check';
import { AT, builtInModel, fromUnit, toUnit } from './built-in-model';
import { FEATURES, type FeatureName, type FeatureVector, roundFeature } from './model';

const NOTHING = FEATURES.map(() => 0);

function vector(features: Partial<Record<FeatureName, number>>): FeatureVector {
  return FEATURES.map((name) => features[name] ?? 0);
}

describe('the built-in model', () => {
  it('finds nothing in nothing', () => {
    expect(builtInModel.score(NOTHING)).toEqual({ anomaly: 0, alarm: 0 });
  });

  it.each<[string, Partial<Record<FeatureName, number>>, number, number]>([
    ['averages inside a family', { novelty: 2, breach: 4 }, Math.sqrt(9 / 3), Math.sqrt(9 / 3)],
    ['adds squares between families', { hourDeviation: 4, variability: 6 }, Math.sqrt(5 / 3), Math.sqrt(5 / 3)],
    ['counts evidence nine times', { evidence: 1 }, 3, 3],
    ['ignores a shape without weight', { shape: 5 }, 0, 0],
    ['lets a shape count by its weight', { shape: 2, shapeWeight: 1 }, Math.sqrt(60 / 18), Math.sqrt(8 / 5)],
    ['ranks by relations and alarms by them', { relation: 1.3, relationAlarm: 2.6 }, 1.3, 2.6],
  ])('%s', (_, features, anomaly, alarm) => {
    const score = builtInModel.score(vector(features));
    expect(score.anomaly).toBeCloseTo(toUnit(anomaly), 12);
    expect(score.alarm).toBeCloseTo(toUnit(alarm), 12);
  });

  it('is monotone in every feature but the weight of shapes, and stays in [0, 1)', () => {
    const surprises = fc.double({ min: 0, max: 50, noNaN: true }).map(roundFeature);
    const column = fc.constantFrom(...FEATURES.filter((name) => name !== 'shapeWeight'));
    const vectors = fc
      .array(surprises, { minLength: FEATURES.length, maxLength: FEATURES.length })
      .map((features) => features.map((value, at) => (at === AT.shapeWeight ? Math.min(1, value) : value)));
    fc.assert(
      fc.property(vectors, column, surprises, (features, name, more) => {
        const raised = features.map((value, at) => (at === AT[name] ? value + more : value));
        const [before, after] = [builtInModel.score(features), builtInModel.score(raised)];
        expect(after.anomaly).toBeGreaterThanOrEqual(before.anomaly);
        expect(after.alarm).toBeGreaterThanOrEqual(before.alarm);
        for (const score of [after.anomaly, after.alarm]) expect(score >= 0 && score < 1).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('gives the same score to features that travelled as text', () => {
    const features = vector({
      novelty: roundFeature(1 / 3),
      evidence: roundFeature(0.123456),
      shape: roundFeature(Math.PI),
    });
    expect(builtInModel.score(JSON.parse(JSON.stringify(features)))).toEqual(builtInModel.score(features));
  });

  it('reads its own scale back', () => {
    for (const score of [0, 0.1, 1.3, 20]) expect(fromUnit(toUnit(score))).toBeCloseTo(score, 10);
    expect(Number.isFinite(fromUnit(1))).toBe(true);
  });
});
