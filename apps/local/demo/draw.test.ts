import { count, keyOf, noise, shuffled, uniform } from './draw';

const COUNTERS = Array.from({ length: 20_000 }, (_, index) => 1_795_000_000_000 + index * 2_000);

test('the same key and counter give the same draw, others another', () => {
  expect(uniform(1, 2)).toBe(uniform(1, 2));
  expect(new Set([uniform(1, 2), uniform(1, 3), uniform(2, 2), uniform(1, 2, 1), uniform(1, 2 + 2 ** 32)]).size).toBe(
    5,
  );
  expect(keyOf('ab', 'c')).not.toBe(keyOf('a', 'bc'));
});

test('uniform draws fill their interval evenly, also along a regular grid of timestamps', () => {
  const bins = new Array<number>(10).fill(0);
  for (const counter of COUNTERS) bins[Math.floor(uniform(7, counter) * 10)]! += 1;
  for (const bin of bins) expect(Math.abs(bin - 2_000)).toBeLessThan(200);
});

test('noise has mean 0, spread 1, bounded ends and no memory', () => {
  const draws = COUNTERS.map((counter) => noise(3, counter));
  expect(Math.abs(mean(draws))).toBeLessThan(0.03);
  expect(mean(draws.map((z) => z * z))).toBeCloseTo(1, 1);
  expect(Math.max(...draws.map(Math.abs))).toBeLessThan(2.45);
  expect(Math.abs(mean(draws.slice(1).map((z, index) => z * draws[index]!)))).toBeLessThan(0.03);
});

test.each([0.5, 8, 39, 900])('counts with mean %d vary as counts do', (expected) => {
  const counts = COUNTERS.map((counter) => count(5, counter, expected));
  expect(counts.every((n) => Number.isInteger(n) && n >= 0)).toBe(true);
  expect(mean(counts) / expected).toBeCloseTo(1, 1);
  expect(mean(counts.map((n) => (n - expected) ** 2)) / expected).toBeCloseTo(1, 1);
});

test('shuffling keeps every item and depends on the key', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  expect(shuffled(items, 1)).toEqual(shuffled(items, 1));
  expect(shuffled(items, 1)).not.toEqual(shuffled(items, 2));
  expect(shuffled(items, 1).sort((a, b) => a - b)).toEqual(items);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
