import { environments } from '../../infra/config/environments';
import { limitsOf, overfull, ROOM } from '../costs/capacity';
import { costsOf, totalOf } from '../costs/costs';
import type { CostedEnvironment, FleetLoad } from '../costs/load';
import { LIMITS } from './aws-limits';
import { demandsOf } from './demands';
import { sizeOf } from './size';

const rows = environments({ redisUrl: '', influxUrl: '', modelUrl: '' });
const PROD: CostedEnvironment = rows.find(({ name }) => name === 'prod')!;
const of = (points: number, more: Partial<FleetLoad> = {}): FleetLoad => ({
  ...{ sources: 10 * points, metrics: 3, intervalMs: 10_000, pointsPerRecord: 1, alarmsPerWeek: 1 },
  ...more,
});

describe('what is full first', () => {
  const sizing = sizeOf(PROD, of(100_000));

  test.each([
    ['the row', sizing.row],
    ['one environment', sizing.ceilings],
  ])('of %s is in the order of the rates', (_, parts) => {
    const rates = parts.map(({ fullAt }) => fullAt ?? Number.POSITIVE_INFINITY);
    expect(parts.length).toBeGreaterThan(8);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
  });

  test('a part of the row has room a little below the rate at which it is full, and none above', () => {
    for (const { part, fullAt } of sizing.row) {
      const shareAt = (points: number) => limitsOf(PROD, of(points)).find((limit) => limit.part === part)!.share;
      expect(shareAt(0.99 * fullAt!)).toBeLessThanOrEqual(ROOM);
      expect(shareAt(1.01 * fullAt!)).toBeGreaterThan(ROOM);
    }
  });

  test('does not depend on the rate that is asked for', () => {
    const small = sizeOf(PROD, of(1_000));
    for (const { part, fullAt } of sizing.ceilings) {
      const other = small.ceilings.find((ceiling) => ceiling.part === part)!.fullAt!;
      expect(Math.abs(other / fullAt! - 1)).toBeLessThan(0.01);
    }
  });
});

describe('environments', () => {
  test('one is enough while nothing fixed is full', () => expect(sizeOf(PROD, of(100_000)).environments).toBe(1));

  test('of as many as are told, none has a fixed part that is full; of one less some have', () => {
    const { environments: count, each } = sizeOf(PROD, of(1_000_000));
    const full = (environment: CostedEnvironment, load: FleetLoad) =>
      demandsOf(environment, load).filter(
        ({ limit, used }) => (limit.kind === 'fixed' || limit.kind === 'advised') && used / limit.value > ROOM,
      );
    expect(count).toBeGreaterThan(1);
    expect(each.load.sources).toBeCloseTo(10_000_000 / count);
    expect(full(PROD, each.load)).toEqual([]);
    expect(full(PROD, of(1_000_000 / (count - 1)))).not.toEqual([]);
  });

  test('together use of the account’s quotas what each of them uses', () => {
    const { environments: count, each, quotas } = sizeOf(PROD, of(1_000_000));
    const shards = quotas.find(({ limit }) => limit === LIMITS.shards)!;
    expect(shards.used).toBe(count * each.usage.shards);
  });
});

describe('each environment', () => {
  const { each, month } = sizeOf(PROD, of(100_000));

  test('has the shards that records need, and room', () => {
    const { records, recordBytes, shards } = each.usage;
    expect(Math.max(records / 1_000, (records * recordBytes) / 1e6) / shards).toBeLessThanOrEqual(ROOM);
  });

  test('is told what to write in its row', () => {
    expect(each.changes).toContain(`stream.shards: ${each.usage.shards} (now 4)`);
    expect(each.changes).toContain('training.historyDays: 1 (now 90)');
    expect(each.changes.some((change) => /^store\.retentionDays: \d+ \(now 30\)$/.test(change))).toBe(true);
    expect(sizeOf(PROD, of(1_000_000)).each.changes.join()).toMatch(/training\.by\.hoursMax: \d+ \(now 24\)/);
  });

  test('costs more than the row as it stands', () =>
    expect(month).toBeGreaterThan(totalOf(costsOf(PROD, of(100_000)))));

  test('says of each need which figures it comes from', () => {
    for (const { figures } of each.needs) expect(figures.length).toBeGreaterThan(0);
  });
});

test.each<[says: string, environment: Partial<CostedEnvironment>, load: Partial<FleetLoad>, part: string]>([
  ['several points to a record need fewer shards', {}, { pointsPerRecord: 6 }, 'shards'],
  ['and less work of the cache', {}, { pointsPerRecord: 6 }, 'cache, work'],
  ['fewer alarms are fewer messages', {}, { alarmsPerWeek: 0.1 }, 'messages, sending'],
  [
    'larger batches tell progress less often',
    { detection: { ...PROD.detection, batchRecords: 700 } },
    {},
    'cache, one key',
  ],
  [
    'rows that are scored again for a day need less room',
    { schedules: { ...PROD.schedules, rescoreHours: 24 } },
    {},
    'store, size',
  ],
])('%s', (_, environment, load, part) => {
  const fullAt = (row: CostedEnvironment, asked: FleetLoad) =>
    sizeOf(row, asked).ceilings.find((ceiling) => ceiling.part === part)!.fullAt!;
  expect(fullAt({ ...PROD, ...environment }, of(100_000, load))).toBeGreaterThan(1.2 * fullAt(PROD, of(100_000)));
});

test('servers of one’s own have no limits that are known here', () => {
  const own: CostedEnvironment = { ...PROD, states: { kind: 'url' }, store: { kind: 'url' }, model: { kind: 'url' } };
  const parts = sizeOf(own, of(1_000_000)).ceilings.map(({ part }) => part);
  expect(parts.filter((part) => /cache|store|endpoint/.test(part))).toEqual([]);
  expect(sizeOf(own, of(1_000_000)).environments).toBe(1);
});

test('a stream on demand is not counted in shards of the quota', () => {
  const onDemand: CostedEnvironment = { ...PROD, stream: { shards: 'on-demand', retentionHours: 24 } };
  expect(demandsOf(onDemand, of(1_000)).map(({ part }) => part)).not.toContain('shards');
});

test('small rows carry what they are for', () => {
  const dev = rows.find(({ name }) => name === 'dev')!;
  expect(overfull(limitsOf(dev, of(2)))).toEqual([]);
});
