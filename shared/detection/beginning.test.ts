import { commonBeginning } from './beginning';
import { emptyMetric, newMetric } from './metric-codec';
import { advanceMetric, createFindings, LEARNING_NEEDS } from './metric-detector';
import { CALIBRATIONS, F32 } from './metric-layout';
import type { MetricState } from './metric-state';
import { normals } from './relations/relations.factory';
import { BUCKETS, countsOf, startCalibration } from './tail-calibration';

/** Largest surprise of each row. */
function surprises(state: MetricState, values: readonly number[]): number[] {
  const found = createFindings();
  return values.map((value, row) => {
    advanceMetric(state, value, row * 300, false, found);
    return Math.max(...found.surprises);
  });
}

function noise(rows: number, seed: number): number[] {
  const random = normals(seed);
  return Array.from({ length: rows }, () => 20 + random());
}

describe('what a series begins with', () => {
  it('lets surprises count from the twentieth value on; without it, from the fortieth', () => {
    const values = noise(60, 1);
    const first = (state: MetricState) => surprises(state, values).findIndex((surprise) => surprise > 0);
    expect(first(newMetric(commonBeginning()))).toBe(LEARNING_NEEDS);
    expect(first(emptyMetric())).toBe(40);
  });

  it('makes young series less excited', () => {
    let borrowed = 0;
    let alone = 0;
    for (let seed = 0; seed < 40; seed++) {
      const values = noise(100, seed);
      borrowed += surprises(newMetric(commonBeginning()), values).filter((surprise) => surprise > 2.2).length;
      alone += surprises(emptyMetric(), values).filter((surprise) => surprise > 2.2).length;
    }
    expect(borrowed).toBeLessThan(alone / 2);
  });

  it('has hardly any say once the series has a history of its own', () => {
    const values = noise(6000, 3);
    const borrowed = surprises(newMetric(commonBeginning()), values);
    const alone = surprises(emptyMetric(), values);
    const apart = borrowed.map((surprise, row) => Math.abs(surprise - alone[row]!)).slice(5000);
    expect(apart.reduce((sum, difference) => sum + difference, 0) / apart.length).toBeLessThan(0.05);
  });

  it('is copied, never written to', () => {
    const before = commonBeginning().slice();
    surprises(newMetric(commonBeginning()), noise(100, 5));
    expect(commonBeginning()).toEqual(before);
  });
});

describe('a calibration', () => {
  it('gives back the counts that it began with', () => {
    const state = emptyMetric();
    const counts = Array.from({ length: BUCKETS }, (_, j) => (j % 5) / 8 + (j === 48 ? 3 : 0));
    startCalibration(state, CALIBRATIONS[2]!, counts, 7);
    expect(countsOf(state, CALIBRATIONS[2]!)).toEqual(counts);
    expect(state.f32[CALIBRATIONS[2]!.largest]).toBe(7);
  });

  it('gives back what was counted', () => {
    const state = emptyMetric();
    surprises(state, noise(300, 6));
    for (const at of CALIBRATIONS.slice(0, 1)) {
      const counts = countsOf(state, at);
      expect(counts.every((count) => count >= 0)).toBe(true);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(state.f32[F32.calibrated]!);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(250);
    }
  });
});
