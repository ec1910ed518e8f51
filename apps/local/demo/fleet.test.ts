import { type FleetSource, loadAt, makeFleet, valuesAt } from './fleet';

const HOUR_MS = 3_600_000;
// A Monday.
const MONDAY = Date.UTC(2026, 10, 23);
const fleet = makeFleet(1);

test('the fleet has 40 sources of seven kinds with two to four metrics each, names all different', () => {
  expect(fleet.sources).toHaveLength(40);
  expect(new Set(fleet.sources.map(({ name }) => name)).size).toBe(40);
  expect(new Set(fleet.sources.map(({ tags }) => tags['kind'])).size).toBe(7);
  for (const { kind } of fleet.sources) {
    expect(kind.metrics.length).toBeGreaterThanOrEqual(2);
    expect(kind.metrics.length).toBeLessThanOrEqual(4);
  }
});

test('values depend on seed, source and timestamp alone', () => {
  const again = makeFleet(1);
  const other = makeFleet(2);
  const moments = [MONDAY, MONDAY + 2_000, MONDAY - 9 * HOUR_MS];
  const values = (sources: readonly FleetSource[]) =>
    sources.map((source) => moments.map((at) => valuesAt(source, at)));
  expect(values(again.sources)).toEqual(values(fleet.sources));
  expect(values([...again.sources].reverse()).reverse()).toEqual(values(fleet.sources));
  expect(values(other.sources)).not.toEqual(values(fleet.sources));
});

test('every value is finite, possible for its metric and rounded as its instrument shows it', () => {
  for (const source of fleet.sources) {
    for (let hour = 0; hour < 336; hour++) {
      valuesAt(source, MONDAY + hour * HOUR_MS).forEach((value, index) => {
        const { min, max, decimals } = source.kind.metrics[index]!;
        expect(value >= min && value <= max).toBe(true);
        expect(Number(value.toFixed(decimals))).toBe(value);
      });
    }
  }
});

test('noise has the same spread from one 2 s to the next as from week to week, for every metric', () => {
  // Without regimes a source has the same load every Monday at this time.
  for (const source of fleet.sources.filter(({ kind }) => kind.rhythm.modes === undefined)) {
    const dense = spreads(source, 2_000);
    const sparse = spreads(source, 7 * 24 * HOUR_MS);
    dense.forEach((spread, index) => {
      expect(spread / sparse[index]!).toBeGreaterThan(0.8);
      expect(spread / sparse[index]!).toBeLessThan(1.25);
    });
  }
});

test('nights, days and weekends differ where the kind has a rhythm', () => {
  const api = fleet.sources.find(({ kind }) => kind.kind === 'payment-api')!;
  const at = (day: number, hour: number) => loadAt(api, MONDAY + (day * 24 + hour) * HOUR_MS);
  expect(at(0, 12)).toBeGreaterThan(2 * at(0, 3));
  expect(at(5, 12) / at(0, 12)).toBeCloseTo(0.75);
  expect(at(7, 12)).toBeCloseTo(at(0, 12));
});

test('load has no jumps, round the clock and into and out of the weekend, but for changes of regime', () => {
  const api = fleet.sources.find(({ kind }) => kind.kind === 'payment-api')!;
  for (let minute = 0; minute < 7 * 24 * 60; minute++) {
    const step = loadAt(api, MONDAY + (minute + 1) * 60_000) - loadAt(api, MONDAY + minute * 60_000);
    expect(Math.abs(step)).toBeLessThan(0.01);
  }
});

test('metrics of a source move together: a pump that draws more current gives more pressure', () => {
  const pump = fleet.sources.find(({ kind }) => kind.kind === 'pump')!;
  const rows = Array.from({ length: 500 }, (_, index) => valuesAt(pump, MONDAY + index * 2_000));
  expect(
    correlation(
      rows.map((row) => row[0]!),
      rows.map((row) => row[1]!),
    ),
  ).toBeGreaterThan(0.8);
});

test('pumps change between regimes', () => {
  const loads = fleet.sources
    .filter(({ kind }) => kind.kind === 'pump')
    .map((pump) => Array.from({ length: 42 }, (_, index) => loadAt(pump, MONDAY + index * 8 * HOUR_MS)));
  for (const load of loads) expect(Math.min(...load) / Math.max(...load)).toBeLessThan(0.85);
});

function spreads(source: FleetSource, stepMs: number): number[] {
  const rows = Array.from({ length: 300 }, (_, n) => valuesAt(source, MONDAY + 12 * HOUR_MS + n * stepMs));
  return source.kind.metrics.map((_, index) => {
    const values = rows.map((row) => row[index]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  });
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = a.reduce((sum, value, index) => sum + (value - ma) * (b[index]! - mb), 0);
  const power = (values: readonly number[], m: number) => values.reduce((sum, value) => sum + (value - m) ** 2, 0);
  return covariance / Math.sqrt(power(a, ma) * power(b, mb));
}
