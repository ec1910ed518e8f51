import { createMetricState } from './metric-state';
import { uniforms } from './relations/relations.factory';
import { BUCKETS, type CalibrationAt, fade, type History, halve, historyOf, surprise } from './tail-calibration';

const AT: CalibrationAt = { buckets: 0, largest: 30 };

/** Count of each bucket, out of the blocks. */
function counts(u16: Uint16Array): number[] {
  const result: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (bucket % 7 !== 0) {
      result.push(u16[bucket]! / 8);
      continue;
    }
    let own = u16[bucket]! - (bucket + 7 < BUCKETS ? u16[bucket + 7]! : 0);
    for (let j = bucket + 1; j < bucket + 7; j++) own -= u16[j]!;
    result.push(own / 8);
  }
  return result;
}

function bucketOf(z: number): number {
  return Math.min(Math.max(3 * (Math.log2(z) + 8), 0), 48);
}

describe('the calibration of a statistic', () => {
  it('gives the logarithm of the tail, counted bucket by bucket', () => {
    const state = createMetricState(136);
    const uniform = uniforms(9);
    const history: History = { log: 0, factor: 0, unit: 0 };
    const seen = new Array<number>(BUCKETS).fill(0);
    let largest = 0;
    for (let n = 0; n < 3000; n++) {
      const z = -Math.log(1 - uniform()) * (n % 500 === 499 ? 10 : 1);
      historyOf(n, history);
      const place = bucketOf(z);
      const bucket = Math.floor(place);
      const tail = seen.slice(bucket + 1).reduce((a, b) => a + b, 0) + (1 - place + bucket) * seen[bucket]!;
      const beyond = largest > 0 && z > largest ? Math.log10(z / largest) : 0;
      const wanted = Math.log10((n + 2) / (tail + 1)) * Math.sqrt(3 / Math.log10(n + 2)) + beyond;
      expect(surprise(state, AT, z, history)).toBeCloseTo(Math.max(0, wanted), 5);
      seen[bucket]! += 1;
      largest = Math.max(largest, z);
    }
    expect(counts(state.u16)).toEqual(seen);
    fade(state, AT);
    expect(counts(state.u16)).toEqual(seen.map((count) => Math.floor(count * 4) / 8));
    expect(state.f32[AT.largest]).toBeCloseTo(0.9 * largest);
  });

  it('says the same in a coarser grain, and goes on so', () => {
    const uniform = uniforms(4);
    const [fine, coarse] = [createMetricState(136), createMetricState(136)];
    const history: History = { log: 0, factor: 0, unit: 0 };
    const see = (n: number, grain: number) => {
      const z = -Math.log(1 - uniform());
      historyOf(n, history);
      const wanted = surprise(fine, AT, z, history);
      historyOf(n, history, grain);
      return Math.abs(surprise(coarse, AT, z, history) - wanted);
    };
    let grain = 0;
    for (let n = 0; n < 8000; n++) {
      if (n === 2000 || n === 4000 || n === 6000) {
        halve(coarse, AT);
        grain++;
      }
      expect(see(n, grain)).toBeLessThan(0.1);
    }
    expect(counts(coarse.u16).reduce((a, b) => a + b, 0)).toBeGreaterThan(990);
  });

  it.each([0, -1, Number.NaN])('finds nothing in %d', (statistic) => {
    const state = createMetricState(136);
    expect(surprise(state, AT, statistic, { log: 1, factor: 1, unit: 8 })).toBe(0);
    expect(counts(state.u16).every((count) => count === 0)).toBe(true);
  });

  it('survives an infinite statistic', () => {
    expect(
      surprise(createMetricState(136), AT, Number.POSITIVE_INFINITY, { log: 1, factor: 1, unit: 8 }),
    ).toBeGreaterThan(0);
  });
});
