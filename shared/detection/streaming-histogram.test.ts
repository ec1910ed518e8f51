import { createMetricState } from './metric-state';
import { uniforms } from './relations/relations.factory';
import {
  breach,
  CENTROIDS,
  type HistogramAt,
  novelty,
  quantiles,
  quantilesOf,
  remember,
  shiftAll,
} from './streaming-histogram';

const AT: HistogramAt = { centroids: 0, head: 24, masses: 56, pointsMax: 8000 };

function histogramOf(values: readonly number[], at = AT) {
  const state = createMetricState(160);
  for (const value of values) remember(state, at, value);
  return state;
}

/** The same in plain words: sorted pairs, merged where they lie closest. */
function plainly(values: readonly number[]): [number, number][] {
  let pairs: [number, number][] = [];
  for (const value of values) {
    const same = pairs.find(([centroid]) => centroid === value);
    if (same) same[1]++;
    else pairs = [...pairs, [value, 1] as [number, number]].sort((a, b) => a[0] - b[0]);
    if (pairs.length <= CENTROIDS) continue;
    let at = 0;
    for (let i = 1; i + 1 < pairs.length; i++)
      if (pairs[i + 1]![0] - pairs[i]![0] < pairs[at + 1]![0] - pairs[at]![0]) at = i;
    const [a, b] = [pairs[at]!, pairs[at + 1]!];
    pairs.splice(at, 2, [Math.fround((a[0] * a[1] + b[0] * b[1]) / (a[1] + b[1])), a[1] + b[1]]);
  }
  return pairs;
}

describe('a streaming histogram', () => {
  it.each([1, 2, 3])('holds the pairs that the plain recipe gives, seed %i', (seed) => {
    const uniform = uniforms(seed);
    const values = Array.from({ length: 500 }, (_, k) =>
      Math.fround(k % 3 === 0 ? Math.round(10 * uniform()) : uniform()),
    );
    const state = histogramOf(values);
    const held = Array.from({ length: state.f32[AT.head]! }, (_, k) => [state.f32[k]!, state.u16[AT.masses + k]! / 8]);
    expect(held).toEqual(plainly(values));
  });

  it('knows quantiles of a uniform spread', () => {
    const uniform = uniforms(5);
    quantilesOf(histogramOf(Array.from({ length: 5000 }, () => uniform())), AT);
    expect(quantiles.q10).toBeCloseTo(0.1, 1);
    expect(quantiles.q50).toBeCloseTo(0.5, 1);
    expect(quantiles.q90).toBeCloseTo(0.9, 1);
  });

  it('finds nothing new while fewer than two values are known', () => {
    expect(novelty(histogramOf([]), AT, 5, 1)).toBe(0);
    expect(novelty(histogramOf([3, 3, 3]), AT, 5, 1)).toBe(0);
  });

  it('measures the distance from the nearest value in scales', () => {
    const state = histogramOf([0, 10, 20]);
    expect(novelty(state, AT, 12, 4)).toBe(0.5);
    expect(novelty(state, AT, 26, 4)).toBe(1.5);
    expect(novelty(state, AT, -4, 4)).toBe(1);
    expect(novelty(state, AT, 10, 4)).toBe(0);
  });

  it('measures how far outside of everything a value lies', () => {
    const state = histogramOf([0, 10]);
    expect(breach(state, AT, 5)).toBe(0);
    expect(breach(state, AT, 15)).toBeCloseTo(0.49);
    expect(breach(state, AT, -10)).toBeCloseTo(0.99);
  });

  it('forgets old extremes', () => {
    const at = { ...AT, pointsMax: 100 };
    const state = histogramOf([1000], at);
    for (let k = 0; k < 400; k++) remember(state, at, k % 7);
    expect(state.f32[AT.head + 3]).toBe(6);
    expect(state.f32[AT.head + 1]).toBeLessThanOrEqual(101);
  });

  it('moves with the origin', () => {
    const state = histogramOf([1, 2, 3]);
    shiftAll(state, AT, 100);
    expect(breach(state, AT, 102)).toBe(0);
    quantilesOf(state, AT);
    expect(quantiles.q50).toBeCloseTo(101.5);
  });
});
