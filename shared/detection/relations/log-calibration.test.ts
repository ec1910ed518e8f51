import { bucketOf, LogCalibration } from './log-calibration';
import { uniforms } from './relations.factory';

/** A statistic whose logarithm is exponential: a value exceeds x with probability x^−2. */
function pareto(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => (1 - uniform()) ** -0.5;
}

function learnt(rows: number, weight = 1): LogCalibration {
  const calibration = new LogCalibration();
  const next = pareto(1);
  for (let i = 0; i < rows; i++) calibration.add(next(), weight);
  return calibration;
}

describe('a calibration', () => {
  it('says nothing while it knows nothing', () => {
    expect(new LogCalibration().surprise(1e9)).toBe(0);
    expect(learnt(7).surprise(1e9)).toBe(0);
  });

  it.each([
    ['the median', Math.SQRT2, 0.3],
    ['one in ten', Math.sqrt(10), 1],
    ['one in a hundred', 10, 2],
    ['one in ten thousand, never seen', 100, 4],
    ['one in a million, never seen', 1000, 6],
  ])('gives decades of rarity: %s', (_, statistic, decades) => {
    const surprise = learnt(2000).surprise(statistic);
    expect(surprise).toBeGreaterThan(0.85 * decades);
    expect(surprise).toBeLessThan(1.15 * decades);
  });

  it('never falls when the statistic rises', () => {
    const calibration = learnt(500);
    let last = 0;
    for (let statistic = 0; statistic < 50; statistic += 0.01) {
      const surprise = calibration.surprise(statistic);
      expect(surprise).toBeGreaterThanOrEqual(last);
      last = surprise;
    }
  });

  it('is the same for many light values as for fewer full ones', () => {
    const light = learnt(4000, 0.25);
    expect(light.surprise(10)).toBeCloseTo(learnt(1000).surprise(10), 0);
  });

  it('follows a distribution that has moved', () => {
    const calibration = learnt(2000);
    const next = pareto(2);
    for (let i = 0; i < 20_000; i++) calibration.add(4 * next(), 1);
    expect(calibration.surprise(40)).toBeCloseTo(2, 0);
    expect(calibration.surprise(1)).toBe(0);
  });

  it('takes any number ≥ 0, however small or large', () => {
    const calibration = learnt(100);
    for (const statistic of [0, 1e-300, 1e30, 1e300]) {
      calibration.add(statistic, 1);
      expect(Number.isFinite(calibration.surprise(statistic))).toBe(true);
    }
    expect([bucketOf(0), bucketOf(1e300)]).toEqual([0, 95]);
  });
});
