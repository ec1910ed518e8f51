import { processorMsOf } from '../../../test/factories/processor-time';
import { FAULT_KINDS, type Fault, FaultSchema, isWatched, SAMPLE_FAULT } from './fault';
import { makeFleet } from './fleet';
import { scheduleFaults } from './schedule';

const LIVE_FROM = Date.UTC(2026, 10, 22, 13, 7, 31, 250);
const HOUR_MS = 3_600_000;
const fleet = makeFleet(1);
const schedule = scheduleFaults(fleet, { liveFrom: LIVE_FROM, intervalMs: 2_000 });
const firstTwoHours = schedule.faultsBetween(LIVE_FROM, LIVE_FROM + 2 * HOUR_MS);

test('the first fault is an obvious one, 5 s into the live phase; nothing is injected before', () => {
  expect(firstTwoHours[0]).toMatchObject({ kind: 'level-shift', from: LIVE_FROM + 5_000 });
  expect(schedule.faultsBetween(LIVE_FROM - HOUR_MS, LIVE_FROM + 5_000)).toEqual([]);
});

test('the first eight are one of each kind', () => {
  expect(firstTwoHours.slice(0, 8).map(({ kind }) => kind)).toEqual([...FAULT_KINDS]);
});

test('a fault follows every 20 to 30 seconds', () => {
  const gaps = firstTwoHours.slice(1).map((fault, index) => fault.from - firstTwoHours[index]!.from);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
});

test('a source rests at least five minutes between two faults', () => {
  const last = new Map<string, Fault>();
  for (const fault of firstTwoHours) {
    const before = last.get(fault.source);
    if (before !== undefined) expect(fault.from - before.to).toBeGreaterThan(5 * 60_000);
    last.set(fault.source, fault);
  }
});

test('every kind keeps coming, and each fault is a valid line of truth with an id of its own', () => {
  for (const kind of FAULT_KINDS) {
    expect(firstTwoHours.filter((fault) => fault.kind === kind).length).toBeGreaterThan(
      isWatched(kind) && kind !== 'silence' ? 30 : 10,
    );
  }
  for (const fault of firstTwoHours) expect(FaultSchema.parse(JSON.parse(JSON.stringify(fault)))).toEqual(fault);
  expect(new Set(firstTwoHours.map(({ id }) => id)).size).toBe(firstTwoHours.length);
  expect(FaultSchema.parse(SAMPLE_FAULT)).toEqual(SAMPLE_FAULT);
});

test('windows of any size see the same faults, and the fault on a source is the one announced', () => {
  const stepped: Fault[] = [];
  for (let from = LIVE_FROM; from < LIVE_FROM + 2 * HOUR_MS; from += 7_919) {
    stepped.push(...schedule.faultsBetween(from, Math.min(from + 7_919, LIVE_FROM + 2 * HOUR_MS)));
  }
  expect(stepped).toEqual(firstTwoHours);
  for (const fault of firstTwoHours) {
    expect(schedule.faultOn(fault.source, fault.from)).toEqual(fault);
    expect(schedule.faultOn(fault.source, fault.to - 1)).toEqual(fault);
    expect(schedule.faultOn(fault.source, fault.from - 1)).toBeUndefined();
    expect(schedule.faultOn(fault.source, fault.to)).toBeUndefined();
  }
});

test('another start brings other faults; a shorter interval the same sort of schedule, faster', () => {
  const later = scheduleFaults(fleet, { liveFrom: LIVE_FROM + 1, intervalMs: 2_000 });
  expect(later.faultsBetween(LIVE_FROM, LIVE_FROM + HOUR_MS).map(({ source }) => source)).not.toEqual(
    schedule.faultsBetween(LIVE_FROM, LIVE_FROM + HOUR_MS).map(({ source }) => source),
  );
  const fast = scheduleFaults(fleet, { liveFrom: LIVE_FROM, intervalMs: 100 });
  const inTenSeconds = fast.faultsBetween(LIVE_FROM, LIVE_FROM + 10_000);
  expect(new Set(inTenSeconds.map(({ kind }) => kind)).size).toBe(8);
});

test('broken relations fall on metrics that have one, and broken seasons on sources with a plain rhythm', () => {
  for (const fault of firstTwoHours) {
    const { kind } = fleet.sources.find(({ name }) => name === fault.source)!;
    if (fault.kind === 'broken-relation') {
      expect(kind.metrics.find(({ name }) => name === fault.metrics[0])!.tight).toBe(true);
    }
    if (fault.kind === 'broken-season') expect(kind.seasonal).toBe(true);
  }
});

test('the schedule of a far day costs no more than the first', () => {
  const from = LIVE_FROM + 300 * 24 * HOUR_MS;
  let faults: readonly unknown[] = [];
  const spent = processorMsOf(() => {
    faults = schedule.faultsBetween(from, from + 60_000);
  });
  expect(faults.length).toBeGreaterThan(0);
  expect(spent).toBeLessThan(1_000);
});
