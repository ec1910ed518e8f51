import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLmdbSourcePlaces } from '../../shared/adapters/embedded/lmdb-source-places';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import type { SourcePlaces } from '../../shared/detection/source-places';
import { SettingsSchema } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { admitted, PLACE_FIELD } from './budget';
import { detectAnomalies } from './detect-anomalies';
import type { SourceWork } from './plan-batch';
import type { Services } from './services';

const folder = mkdtempSync(path.join(tmpdir(), 'budget-'));
const opened: SourcePlaces[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true, force: true });
});
function placesOf(max: number): SourcePlaces {
  const places = openLmdbSourcePlaces(path.join(folder, `${opened.length}.lmdb`), max);
  opened.push(places);
  return places;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY = Math.floor(ARRIVAL / DAY_MS);
const bytes = (text: string) => Buffer.from(text);
const state = (day?: number) =>
  new Map([['checkpoint', bytes('[]')], ...(day === undefined ? [] : [[PLACE_FIELD, bytes(String(day))] as const])]);

describe('who may have a memory', () => {
  const work = (arrival = ARRIVAL) =>
    ({ source: 'pump-17', points: [{ arrival }, { arrival }], records: new Set([0]) }) as unknown as SourceWork;

  test.each<
    [
      says: string,
      loaded: ReadonlyMap<string, Uint8Array> | undefined,
      seen: boolean,
      free: boolean,
      asks: number,
      inside: boolean,
    ]
  >([
    ['a new source, while there are places', undefined, false, true, 1, true],
    ['a new source, when there are none', undefined, false, false, 1, false],
    ['a known one, without asking', state(DAY), false, false, 0, true],
    ['a known one whose place was renewed yesterday', state(DAY - 1), false, false, 1, true],
    ['a known one that was there before there was a budget', state(), false, false, 1, true],
    ['a known one whose note cannot be read', new Map([[PLACE_FIELD, bytes('?')]]), false, false, 1, true],
    ['one that the cache lost, and that this process has seen', undefined, true, false, 1, true],
  ])('%s', async (_, loaded, seen, free, asks, inside) => {
    const asked: number[] = [];
    const places: SourcePlaces = {
      take: async (requests) => {
        asked.push(requests.length);
        return requests.map(({ isKnown }) => isKnown || free);
      },
      taken: async () => 0,
      close: async () => {},
    };
    const admission = await admitted(
      [work()],
      [loaded],
      [seen ? { checkpoint: '[]', incident: 0, isOvertaken: false } : undefined],
      places,
    );
    expect(asked).toEqual(asks === 0 ? [] : [1]);
    expect([admission.inside.length, admission.outside.length]).toEqual(inside ? [1, 0] : [0, 1]);
    if (inside) expect(admission.inside[0]!.placeDay).toBe(asks === 0 ? undefined : DAY);
  });

  test('everybody, where there is no budget', async () => {
    expect(await admitted([work()], [undefined], [undefined], undefined)).toMatchObject({ outside: [] });
  });
});

function detection(places?: SourcePlaces, changes: Partial<Services> = {}) {
  const parts = new MemoryParts();
  const services = { ...parts.services, openDetector: openSourceDetector, places, ...changes };
  const deliver = async (records: readonly StreamRecord[]) => {
    for (let rest = records, tries = 0; rest.length > 0; tries++) {
      if (tries > 50) throw new Error('never done');
      const failed = (await detectAnomalies(rest, services)).findIndex(({ done }) => !done);
      rest = failed < 0 ? [] : rest.slice(failed);
    }
  };
  return { parts, deliver };
}

let sequence = 0;
const at = (source: string, i: number, value: number, arrival = ARRIVAL + i * 1_000) =>
  streamRecord(wirePoint({ source, timestamp: arrival, metrics: { flow: value } }), ++sequence, { arrival });
const FLEET = Array.from({ length: 10 }, (_, i) => `pump-${i}`);
const level = (i: number, k: number) =>
  50 + 10 * Math.sin(i / 9 + k) + ((i * 7919 + k * 31) % 13) / 13 + (i === 90 ? 60 : 0);
/** Points of the known sources at one moment. */
const moment = (i: number) => FLEET.map((source, k) => at(source, i, level(i, k)));

test('a flood of 100,000 names leaves states and scores of those that were there as they are, to the byte', async () => {
  sequence = 0;
  const peace = detection(placesOf(FLEET.length));
  const flooded = detection(placesOf(FLEET.length));
  const moments = Array.from({ length: 100 }, (_, i) => moment(i));
  for (const [i, records] of moments.entries()) {
    await peace.deliver(records);
    const flood = i === 0 ? [] : Array.from({ length: 1_011 }, (_, n) => at(`name-${i}-${n}`, i, n));
    await flooded.deliver([...records.slice(0, 5), ...flood, ...records.slice(5)]);
  }
  const statesOf = ({ parts }: typeof peace) => [...parts.states].map(([name, fields]) => [name, [...fields]]);
  expect(flooded.parts.states.size).toBe(FLEET.length);
  // Positions differ in nothing: sequence numbers were given before.
  expect(statesOf(flooded)).toEqual(statesOf(peace));
  const known = [...flooded.parts.rows.values()].filter(({ source }) => FLEET.includes(source));
  expect(known).toEqual([...peace.parts.rows.values()]);
  expect(known.some(({ isAnomaly }) => isAnomaly)).toBe(true);
  const unscored = [...flooded.parts.rows.values()].filter((row) => row.unscored);
  expect(unscored).toHaveLength(99 * 1_011);
  expect(flooded.parts.batches.reduce((sum, counts) => sum + counts.unscored, 0)).toBe(unscored.length);
  // Nobody looked for memories of those that may have none.
  expect(flooded.parts.lookUps).toBe(peace.parts.lookUps);
});

test('under faults the same are in, each row is there once, and states are as in peace', async () => {
  const run = async (faults: boolean) => {
    sequence = 0;
    const { parts, deliver } = detection(placesOf(12));
    if (faults) parts.fate = (call) => (call % 7 === 3 ? 'fails after' : call % 11 === 5 ? 'fails before' : 'works');
    for (let i = 0; i < 40; i++) {
      const more = ['late-a', 'late-b', 'late-c', 'late-d'].map((source, k) => at(source, i, level(i, k)));
      await deliver(i < 5 ? moment(i) : [...moment(i), ...more]);
    }
    const states = [...parts.states].sort().map(([name, fields]) => [name, [...fields].sort()]);
    const rows = [...parts.rows.values()].map(({ degraded: _, features: __, versions: ___, bar: ____, ...row }) => row);
    return {
      states,
      rows: rows.sort((a, b) => a.sequence.length - b.sequence.length || (a.sequence < b.sequence ? -1 : 1)),
    };
  };
  const [peace, faulty] = [await run(false), await run(true)];
  expect(peace.states).toHaveLength(12);
  expect(faulty.states).toEqual(peace.states);
  expect(faulty.rows.map(({ source, timestamp, unscored }) => [source, timestamp, unscored])).toEqual(
    peace.rows.map(({ source, timestamp, unscored }) => [source, timestamp, unscored]),
  );
});

test('one that had no place begins when there is one, without its unscored rows passing for a loss of the cache', async () => {
  sequence = 0;
  const { parts, deliver } = detection(placesOf(1));
  await deliver([at('first', 0, 1)]);
  await deliver([at('second', 0, 1), at('second', 1, 2)]);
  const month = 32 * DAY_MS;
  await deliver([at('second', 0, 3, ARRIVAL + month)]);
  await deliver([at('second', 1, 4, ARRIVAL + month + 1_000)]);
  expect([...parts.states.keys()]).toEqual(['first', 'second']);
  const rows = [...parts.rows.values()].filter(({ source }) => source === 'second');
  expect(rows.map(({ value, unscored, warming }) => [value, unscored === true, warming])).toEqual([
    ...[
      [1, true, false],
      [2, true, false],
    ],
    ...[
      [3, false, false],
      [4, false, false],
    ],
  ]);
  expect(parts.batches.at(-1)).toMatchObject({ warmed: 0, warming: 0, unscored: 0 });
});

test('a source with thousands of metrics is bounded by itself: the first are watched, the others stored unscored', async () => {
  const settings = SettingsSchema.parse({
    version: 1,
    overrides: [{ sources: 'gateway-*', settings: { metricsMax: 20 } }],
  });
  const { parts, deliver } = detection(undefined, { settings });
  sequence = 0;
  for (let i = 0; i < 10; i++) {
    const metrics = Object.fromEntries(Array.from({ length: 200 }, (_, k) => [`m${i}-${k}`, k]));
    await deliver([streamRecord(wirePoint({ source: 'gateway-1', timestamp: ARRIVAL + i, metrics }), ++sequence)]);
  }
  const fields = [...parts.states.get('gateway-1')!.keys()].filter((name) => name.startsWith('m:'));
  expect(fields).toHaveLength(20);
  const unscored = [...parts.rows.values()].filter((row) => row.unscored);
  expect(unscored).toHaveLength(1_980);
  expect(unscored.every(({ late }) => !late)).toBe(true);
  expect(parts.batches.reduce((sum, counts) => sum + counts.unscored, 0)).toBe(1_980);
});
