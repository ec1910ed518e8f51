import { RelationModel } from './relation-model';
import { normals } from './relations.factory';

const NONE_MISSING = new Uint8Array(3);

/** Learnt from rows in which the second is 0.9 of the first plus noise, and the third goes its own way. */
function model(rows = 3000): RelationModel {
  const noise = normals(1);
  const learnt = new RelationModel(3);
  for (let i = 1; i <= rows; i++) {
    const a = noise();
    const row = Float64Array.of(a, 0.9 * a + Math.sqrt(0.19) * noise(), noise());
    learnt.score(row, NONE_MISSING);
    learnt.learn(row, NONE_MISSING, 1 / (i + 1), 1);
    learnt.refresh();
  }
  return learnt;
}

describe('a relation model', () => {
  it('finds a row far from the cloud, though each value is usual', () => {
    const learnt = model();
    learnt.score(Float64Array.of(1.5, 1.5, 0), NONE_MISSING);
    const usual = learnt.distance;
    learnt.score(Float64Array.of(1.5, -1.5, 0), NONE_MISSING);
    expect(learnt.distance).toBeGreaterThan(3 * usual);
    expect(learnt.surpriseOfOne).toBeGreaterThan(5);
  });

  it('gives what is left of a variable when the others have had their say, in standard deviations', () => {
    const learnt = model();
    learnt.score(Float64Array.of(1, 0.9 + 2 * Math.sqrt(0.19), 0), NONE_MISSING);
    expect(learnt.residuals[1]).toBeCloseTo(2, 0);
    expect(learnt.residuals[2]).toBeCloseTo(0, 0);
  });

  it('fills in what is missing from the others', () => {
    const row = Float64Array.of(2, 0, 1);
    model().impute(row, Uint8Array.of(0, 1, 0));
    expect(row[1]).toBeCloseTo(1.8, 1);
  });

  it('does not think a variable steady for having been missing long', () => {
    const learnt = model();
    const noise = normals(2);
    const missing = Uint8Array.of(0, 1, 0);
    for (let i = 0; i < 3000; i++) {
      const row = Float64Array.of(noise(), 0, noise());
      learnt.impute(row, missing);
      learnt.score(row, missing);
      expect(learnt.residuals[1]).toBe(0);
      learnt.learn(row, missing, 0.001, 1);
      learnt.refresh();
    }
    expect(learnt.partialCorrelation(0, 1)).toBeCloseTo(0.9, 1);
    expect(learnt.residualSquares[1]).toBeCloseTo(1, 0);
  });

  it('knows which variables go together', () => {
    const learnt = model();
    expect(learnt.partialCorrelation(0, 1)).toBeCloseTo(0.9, 1);
    expect(learnt.partialCorrelation(1, 0)).toBe(learnt.partialCorrelation(0, 1));
    expect(Math.abs(learnt.partialCorrelation(0, 2))).toBeLessThan(0.1);
  });

  it('believes in no relation after a few rows', () => {
    expect(Math.abs(model(3).partialCorrelation(0, 2))).toBeLessThan(0.3);
  });

  it('grows by a variable that goes with nothing, and keeps what it knew', () => {
    const grown = model().grown(4);
    expect(grown.size).toBe(4);
    expect(grown.learnt).toBe(300);
    expect(grown.partialCorrelation(0, 1)).toBeCloseTo(0.9, 1);
    expect(grown.partialCorrelation(0, 3)).toBeCloseTo(0, 6);
  });
});
