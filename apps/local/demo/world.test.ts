import type { DataPoint } from '../../../shared/domain/data-point';
import { isRejection, toDataPoint } from '../../../shared/domain/data-point';
import type { Fault, FaultKind } from './fault';
import { makeFleet, valuesAt } from './fleet';
import { scheduleFaults } from './schedule';
import { type Delivery, deliveriesBetween, historyPoints, livePoint } from './world';

const INTERVAL_MS = 2_000;
const LIVE_FROM = Date.UTC(2026, 10, 22, 13);
const LIVE_TO = LIVE_FROM + 20 * 60_000;
const fleet = makeFleet(1);
const schedule = scheduleFaults(fleet, { liveFrom: LIVE_FROM, intervalMs: INTERVAL_MS });
const faults = schedule.faultsBetween(LIVE_FROM, LIVE_TO);
const deliveries = deliveriesBetween(fleet, schedule, LIVE_FROM, LIVE_TO);

test('history comes in order of time, every source at every step, before the live phase', () => {
  const points = [...historyPoints(fleet, LIVE_FROM - 3_600_000, LIVE_FROM, 900_000)];
  expect(points).toHaveLength(4 * 40);
  expect(points.map(({ timestamp }) => timestamp)).toEqual(
    points.map(({ timestamp }) => timestamp).sort((a, b) => a - b),
  );
  expect(points.at(-1)!.timestamp).toBe(LIVE_FROM - 900_000);
});

test('points are valid on the wire', () => {
  for (const { point } of deliveries.slice(0, 500)) {
    const parsed = toDataPoint(JSON.parse(JSON.stringify(point)), 0);
    expect(isRejection(parsed)).toBe(false);
    expect({ ...(parsed as DataPoint), metrics: { ...(parsed as DataPoint).metrics } }).toEqual(point);
  }
});

test('adjoining windows deliver exactly what one window does, whatever their size', () => {
  // Long enough for the first late burst to end.
  const until = LIVE_FROM + 5 * 60_000;
  const whole = deliveriesBetween(fleet, schedule, LIVE_FROM, until);
  expect(whole.some(({ at, point }) => at > point.timestamp)).toBe(true);
  for (const step of [777, 2_000, 61_000]) {
    const stepped: Delivery[] = [];
    for (let from = LIVE_FROM; from < until; from += step) {
      stepped.push(...deliveriesBetween(fleet, schedule, from, Math.min(until, from + step)));
    }
    expect(JSON.stringify(stepped) === JSON.stringify(whole)).toBe(true);
  }
});

test('deliveries come in order, spread over the interval, every source once an interval when nothing is wrong', () => {
  expect(deliveries.every(({ at }, index) => index === 0 || at >= deliveries[index - 1]!.at)).toBe(true);
  const first = deliveries.filter(({ at }) => at < LIVE_FROM + INTERVAL_MS);
  expect(new Set(first.map(({ point }) => point.source)).size).toBe(40);
  expect(new Set(first.map(({ at }) => at)).size).toBeGreaterThan(30);
});

test('a silent source says nothing, and the others go on', () => {
  const fault = first('silence');
  expect(spoken(fault)).toEqual([]);
  expect(
    deliveries.filter(({ point }) => point.timestamp >= fault.from && point.timestamp < fault.to).length,
  ).toBeGreaterThan(1_000);
});

test('a late burst loses no point: its first half comes at its end, after newer points', () => {
  const fault = first('late-burst');
  const points = spoken(fault);
  expect(points).toHaveLength(30);
  const late = points.filter(({ at, point }) => at > point.timestamp);
  expect(late).toHaveLength(15);
  expect(late.every(({ at }) => at === fault.to)).toBe(true);
  expect(Math.max(...late.map(({ point }) => point.timestamp))).toBeLessThan((fault.from + fault.to) / 2);
});

test('spikes, level shifts and drifts move their metric by their size, and no other metric', () => {
  for (const kind of ['spike', 'level-shift', 'drift'] as const) {
    const fault = first(kind);
    const { sound, disturbed } = compared(fault, fault.to - 1);
    for (const name of Object.keys(sound)) {
      const shift = disturbed[name]! - sound[name]!;
      if (name === fault.metrics[0]) expect(shift / fault.size!).toBeCloseTo(1, 1);
      else expect(shift).toBe(0);
    }
  }
});

test('a drift begins at nothing', () => {
  const fault = first('drift');
  const { sound, disturbed } = compared(fault, fault.from);
  expect(disturbed).toEqual(sound);
});

test('a frozen sensor repeats one value that it had when sound', () => {
  const fault = first('frozen');
  const values = spoken(fault).map(({ point }) => point.metrics[fault.metrics[0]!]);
  expect(values.length).toBeGreaterThan(40);
  expect(new Set(values).size).toBe(1);
});

test('a broken relation keeps the range of its metric but turns its movement round', () => {
  for (const fault of faults.filter(({ kind }) => kind === 'broken-relation')) {
    const name = fault.metrics[0]!;
    const source = fleet.sources.find((candidate) => candidate.name === fault.source)!;
    const usual = source.usual[source.kind.metrics.findIndex((metric) => metric.name === name)]!;
    const points = spoken(fault).map(({ point }) => point);
    const pairs = points.map((point) => [compared(fault, point.timestamp).sound[name]!, point.metrics[name]!] as const);
    expect(slope(pairs)).toBeLessThan(-0.5);
    for (const [, value] of pairs) expect(Math.abs(value - usual.mean)).toBeLessThan(5 * usual.spread);
  }
});

test('a broken season shows values of another hour', () => {
  const fault = first('broken-season');
  const source = fleet.sources.find(({ name }) => name === fault.source)!;
  const mean = (points: readonly Delivery[]) =>
    average(points.map(({ point }) => point.metrics[source.kind.metrics[0]!.name]!));
  const other = Array.from(
    { length: 60 },
    (_, n) => valuesAt(source, fault.from + fault.behavesLaterMs! + n * 2_000)[0]!,
  );
  expect(mean(spoken(fault)) / average(other)).toBeCloseTo(1, 1);
});

test('outside its fault a source is sound', () => {
  const touched = new Set(faults.map(({ source }) => source));
  for (const { point } of deliveries.slice(-400)) {
    const fault = faults.find(
      ({ source, from, to }) => source === point.source && point.timestamp >= from && point.timestamp < to,
    );
    if (fault !== undefined) continue;
    const source = fleet.sources.find(({ name }) => name === point.source)!;
    expect(Object.values(point.metrics)).toEqual(valuesAt(source, point.timestamp));
  }
  expect(touched.size).toBeGreaterThan(35);
});

function first(kind: FaultKind): Fault {
  return faults.find((fault) => fault.kind === kind)!;
}

/** Deliveries of a fault's own points, in order of delivery. */
function spoken(fault: Fault): Delivery[] {
  return deliveries.filter(
    ({ point }) => point.source === fault.source && point.timestamp >= fault.from && point.timestamp < fault.to,
  );
}

function compared(fault: Fault, timestamp: number) {
  const source = fleet.sources.find(({ name }) => name === fault.source)!;
  return {
    sound: livePoint(source, timestamp, undefined).metrics,
    disturbed: livePoint(source, timestamp, fault).metrics,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Least squares slope of the second on the first. */
function slope(pairs: readonly (readonly [number, number])[]): number {
  const [a, b] = [average(pairs.map(([x]) => x)), average(pairs.map(([, y]) => y))];
  const covariance = pairs.reduce((sum, [x, y]) => sum + (x - a) * (y - b), 0);
  return covariance / pairs.reduce((sum, [x]) => sum + (x - a) ** 2, 0);
}
