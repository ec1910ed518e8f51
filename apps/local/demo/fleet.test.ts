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
  const unsound: string[] = [];
  for (const source of fleet.sources) {
    for (let hour = 0; hour < 336; hour++) {
      valuesAt(source, MONDAY + hour * HOUR_MS).forEach((value, index) => {
        const { name, min, max, decimals } = source.kind.metrics[index]!;
        const isSound = value >= min && value <= max && Number(value.toFixed(decimals)) === value;
        if (!isSound) unsound.push(`${source.name} ${name} ${value}`);
      });
    }
  }
  expect(unsound).toEqual([]);
});

test('at the same load, noise has the same spread 2 s apart as 15 minutes apart, for every metric', () => {
  for (const source of fleet.sources.filter(({ name }) => name.endsWith('-01'))) {
    const noon = MONDAY + 12 * HOUR_MS;
    const dense = spreads(source, everyStep(noon, 2_000, 300));
    const alike = everyStep(noon, 900_000, 10_000).filter(
      (at) => Math.abs(loadAt(source, at) / loadAt(source, noon) - 1) < 0.02,
    );
    expect(alike.length).toBeGreaterThan(150);
    const sparse = spreads(source, alike.slice(0, 300));
    dense.forEach((spread, index) => {
      expect(spread / sparse[index]!).toBeGreaterThan(0.8);
      expect(spread / sparse[index]!).toBeLessThan(1.25);
    });
  }
});

test('nights, days and weekends differ where the kind has a rhythm, whatever the mood of single weeks', () => {
  const api = fleet.sources.find(({ kind }) => kind.kind === 'payment-api')!;
  const mean = (day: number, hour: number) => {
    const weeks = everyStep(MONDAY + (day * 24 + hour) * HOUR_MS, 7 * 24 * HOUR_MS, 200);
    return weeks.reduce((sum, at) => sum + loadAt(api, at), 0) / weeks.length;
  };
  expect(mean(0, 12) / mean(0, 3)).toBeGreaterThan(2.5);
  expect(mean(5, 12) / mean(0, 12)).toBeCloseTo(0.85, 1);
  expect(mean(4, 12) / mean(0, 12)).toBeCloseTo(1, 1);
});

test('load has no jumps, round the clock and into and out of the weekend, but for changes of regime', () => {
  const api = fleet.sources.find(({ kind }) => kind.kind === 'payment-api')!;
  let largest = 0;
  for (let minute = 0; minute < 7 * 24 * 60; minute++) {
    const step = loadAt(api, MONDAY + (minute + 1) * 60_000) - loadAt(api, MONDAY + minute * 60_000);
    largest = Math.max(largest, Math.abs(step));
  }
  expect(largest).toBeLessThan(0.01);
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

function everyStep(from: number, stepMs: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, n) => from + n * stepMs);
}

function spreads(source: FleetSource, moments: readonly number[]): number[] {
  const rows = moments.map((at) => valuesAt(source, at));
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
