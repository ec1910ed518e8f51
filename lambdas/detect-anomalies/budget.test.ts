import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLmdbSourcePlaces } from '../../shared/adapters/embedded/lmdb-source-places';
import { builtInModel } from '../../shared/detection/built-in-model';
import { openerFor, openSourceDetector } from '../../shared/detection/open-source-detector';
import { openPrior } from '../../shared/detection/population-prior';
import { openPopulationScore } from '../../shared/detection/population-score';
import { openPriorLearner } from '../../shared/detection/prior-learner';
import type { SourcePlaces } from '../../shared/detection/source-places';
import type { QuarantineObject } from '../../shared/domain/rows';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { redriveEntries } from '../../shared/runtime/redrive-entries';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { admitted, boundedSettings, PLACE_FIELD, renewalDay } from './budget';
import { detectAnomalies } from './detect-anomalies';
import type { SourceWork } from './plan-batch';
import { rememberingAccounts, rememberingRefusals } from './refusals';
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
const DAY = renewalDay('pump-17', ARRIVAL);
const bytes = (text: string) => Buffer.from(text);
const state = (metrics: readonly string[], day?: number) =>
  new Map([
    ['checkpoint', bytes('[]')],
    ...metrics.map((name) => [`m:${name}`, bytes('')] as const),
    ...(day === undefined ? [] : [[PLACE_FIELD, bytes(String(day))] as const]),
  ]);

describe('who may have a memory', () => {
  const settings = DEFAULT_SETTINGS.defaults;
  const work = (...metrics: readonly string[]) =>
    ({
      source: 'pump-17',
      settings,
      points: metrics.map((name) => ({ arrival: ARRIVAL, point: { metrics: { flow: 1, [name]: 1 } } })),
      records: [0],
    }) as unknown as SourceWork;

  /** An account that gives so many places to who is new. */
  function placesWith(free: number) {
    const asked: (readonly [series: number, known: number])[] = [];
    const places: SourcePlaces = {
      take: async (requests) => {
        asked.push(...requests.map(({ series, known }) => [series, known] as const));
        return requests.map(({ series, known }) => Math.min(series, known + free));
      },
      taken: async () => 0,
      close: async () => {},
    };
    return { places, asked };
  }
  const seenCommitted = { checkpoint: '[]', incident: 0, isOvertaken: false };

  test.each<
    [
      says: string,
      loaded: ReadonlyMap<string, Uint8Array> | undefined,
      more: { readonly seen?: true; readonly free?: number; readonly metric?: string },
      asks: readonly (readonly [series: number, known: number])[],
      watched: number,
    ]
  >([
    ['a new source, while there are places', undefined, { free: 9 }, [[1, 0]], 1],
    ['a new source, when there are none', undefined, {}, [[1, 0]], 0],
    ['a new source, as far as there are places', undefined, { free: 1, metric: 'heat' }, [[2, 0]], 1],
    ['a known one, without asking', state(['flow'], DAY), {}, [], 1],
    ['a known one, without asking, where one of its metrics is absent', state(['flow', 'heat'], DAY), {}, [], 2],
    [
      'a known one with a new metric, while there are places',
      state(['flow'], DAY),
      { free: 9, metric: 'heat' },
      [[2, 1]],
      2,
    ],
    ['a known one with a new metric, when there are none', state(['flow'], DAY), { metric: 'heat' }, [[2, 1]], 1],
    ['a known one whose places were renewed yesterday', state(['flow', 'heat'], DAY - 1), {}, [[2, 2]], 2],
    ['a known one that was there before there was a budget', state(['flow']), {}, [[1, 1]], 1],
    ['a known one of which no metric has a memory', state([], DAY), {}, [], 1],
    ['a known one whose note cannot be read', state(['flow']).set(PLACE_FIELD, bytes('?')), {}, [[1, 1]], 1],
    ['one that the cache lost, and that this process has seen', undefined, { seen: true }, [[1, 1]], 1],
  ])('%s', async (_, loaded, { seen, free = 0, metric = 'flow' }, asks, watched) => {
    const { places, asked } = placesWith(free);
    const admission = await admitted([work(metric)], [loaded], [seen && seenCommitted], places);
    expect(asked).toEqual(asks);
    expect([admission.inside.length, admission.outside.length]).toEqual(watched > 0 ? [1, 0] : [0, 1]);
    if (watched === 0) return;
    expect(admission.inside[0]!.placeDay).toBe(asks.length === 0 ? undefined : DAY);
    expect(boundedSettings(admission.inside[0]!)).toEqual({ ...settings, metricsMax: watched });
  });

  test('a source, for no more series than its settings watch', async () => {
    const { places, asked } = placesWith(9);
    const one = work('a', 'b', 'c');
    const { inside } = await admitted(
      [{ ...one, settings: { ...settings, metricsMax: 2 } }],
      [undefined],
      [undefined],
      places,
    );
    expect(asked).toEqual([[2, 0]]);
    expect(boundedSettings(inside[0]!).metricsMax).toBe(2);
  });

  test('everybody, where there is no budget', async () => {
    const one = work('flow');
    expect(await admitted([one], [undefined], [undefined], undefined)).toEqual({
      inside: [one],
      insideAt: [0],
      outside: [],
    });
  });
});

describe('the day by which places are renewed', () => {
  const hourOf = (source: string) => {
    const first = renewalDay(source, ARRIVAL);
    return Array.from({ length: 24 }, (_, hour) => hour).find(
      (hour) => renewalDay(source, ARRIVAL + hour * HOUR_MS) > first,
    );
  };

  test('is a day long, and goes on by one', () => {
    for (const source of ['pump-17', 'a', '界'])
      for (let at = ARRIVAL; at < ARRIVAL + DAY_MS; at += 7 * 60_000)
        expect(renewalDay(source, at + DAY_MS)).toBe(renewalDay(source, at) + 1);
  });

  test('begins at any hour, for as many sources', () => {
    const sources = 24_000;
    const hours = Array.from({ length: 24 }, () => 0);
    // None found: it begins within the last hour from now on, or just now.
    for (let i = 0; i < sources; i++) hours[hourOf(`pump-${i}`) ?? 0]!++;
    expect(Math.max(...hours)).toBeLessThan((1.2 * sources) / 24);
    expect(Math.min(...hours)).toBeGreaterThan((0.8 * sources) / 24);
  });
});

function detection(places?: SourcePlaces, changes: Partial<Services> = {}) {
  const parts = new MemoryParts();
  const remembering = places && rememberingRefusals(places);
  const services = { ...parts.services, openDetector: openSourceDetector, places: remembering, ...changes };
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

test('a memory that the cache lost comes back with all metrics that were judged, also those that the batch lacks', async () => {
  sequence = 0;
  const places = placesOf(25);
  const { parts, deliver } = detection(places);
  const batch = (n: number) =>
    Array.from({ length: 20 }, (_, i) => {
      const arrival = ARRIVAL + (20 * n + i) * 60_000;
      const metrics = { [n % 2 === 0 ? 'flow' : 'heat']: level(20 * n + i, n % 2) };
      return streamRecord(wirePoint({ source: 'pump-17', timestamp: arrival, metrics }), ++sequence, { arrival });
    });
  for (let n = 0; n < 6; n++) await deliver(batch(n));
  const known = () => [...parts.states.get('pump-17')!.keys()].filter((name) => name.startsWith('m:')).sort();
  expect(known()).toEqual(['m:flow', 'm:heat']);
  parts.states.clear();
  await deliver(batch(6));
  expect(parts.batches.at(-1)).toMatchObject({ warmed: 1, unscored: 0 });
  expect(known()).toEqual(['m:flow', 'm:heat']);
  await deliver(batch(7));
  expect(parts.batches.at(-1)).toMatchObject({ warmed: 0, unscored: 0 });
  expect(parts.states.get('pump-17')!.has(PLACE_FIELD)).toBe(true);
  expect(await places.taken()).toBe(2);
});

test('a source with ever new metrics takes places that are free, and nobody else any', async () => {
  sequence = 0;
  const { parts, deliver } = detection(placesOf(25));
  const hostile = (i: number) =>
    streamRecord(
      wirePoint({
        source: 'gateway-1',
        timestamp: ARRIVAL + i,
        metrics: Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`m${i}-${k}`, k])),
      }),
      ++sequence,
      { arrival: ARRIVAL + i },
    );
  await deliver(moment(0));
  for (let i = 1; i < 10; i++) await deliver([hostile(i), ...moment(i)]);
  const metricsOf = (source: string) => [...parts.states.get(source)!.keys()].filter((name) => name.startsWith('m:'));
  expect(metricsOf('gateway-1')).toHaveLength(25 - FLEET.length);
  for (const source of FLEET) expect(metricsOf(source)).toEqual(['m:flow']);
  const unscored = [...parts.rows.values()].filter((row) => row.unscored);
  expect(new Set(unscored.map(({ source }) => source))).toEqual(new Set(['gateway-1']));
  expect(unscored).toHaveLength(900 - 15);
  expect(parts.batches.reduce((sum, counts) => sum + counts.unscored, 0)).toBe(unscored.length);
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

describe('a flood beyond the series that may be stored without a memory', () => {
  const bounded = (series: number, strangers: number, changes: Partial<Services> = {}) => {
    const accounts = rememberingAccounts({ places: placesOf(series), strangers: placesOf(strangers) });
    return detection(accounts.places, { strangers: accounts.strangers, ...changes });
  };
  const setAside = ({ parts }: ReturnType<typeof detection>) => [...parts.quarantined.values()];
  const elementsOf = ({ elements, index }: QuarantineObject) => elements ?? [index];
  const seriesOf = ({ parts }: ReturnType<typeof detection>) =>
    new Set([...parts.rows.values()].map(({ source, metric }) => `${source} ${metric}`));

  test('makes no series in the store: each point is stored or in quarantine, an object a record', async () => {
    sequence = 0;
    const run = bounded(FLEET.length, 50);
    await run.deliver(moment(0));
    for (let i = 1; i < 20; i++) {
      const flood = Array.from({ length: 500 }, (_, n) =>
        wirePoint({ source: `name-${i}-${n}`, timestamp: ARRIVAL + i * 1_000, metrics: { flow: n } }),
      );
      await run.deliver([streamRecord(flood, ++sequence, { arrival: ARRIVAL + i * 1_000 }), ...moment(i)]);
    }
    expect(seriesOf(run).size).toBe(FLEET.length + 50);
    const objects = setAside(run);
    expect(objects).toHaveLength(19);
    expect(objects.every(({ reason, truncated }) => reason === 'over-budget' && !truncated)).toBe(true);
    const refused = objects.flatMap(elementsOf).length;
    expect(run.parts.rows.size + refused).toBe(20 * FLEET.length + 19 * 500);
    const sum = (of: 'overBudget' | 'rejected' | 'unscored') =>
      run.parts.batches.reduce((total, counts) => total + counts[of], 0);
    expect([sum('overBudget'), sum('rejected'), sum('unscored')]).toEqual([refused, refused, 50]);
  });

  test('is bounded also where one source calls its metrics otherwise with each point', async () => {
    sequence = 0;
    const run = bounded(2, 3);
    for (let i = 0; i < 50; i++) {
      const metrics = { [`a${i}`]: 1, [`b${i}`]: 2 };
      const point = wirePoint({ source: 'gateway-1', timestamp: ARRIVAL + i, metrics });
      await run.deliver([streamRecord(point, ++sequence, { arrival: ARRIVAL + i })]);
    }
    expect([...seriesOf(run)]).toEqual(['a0', 'b0', 'a1', 'b1', 'a2'].map((metric) => `gateway-1 ${metric}`));
    // A point of which one value is stored has the other in quarantine.
    expect(setAside(run)).toHaveLength(48);
  });

  test('leaves who was stored before stored, whatever the hour, and asks its account once a day', async () => {
    sequence = 0;
    const account = placesOf(1);
    let asked = 0;
    const strangers: SourcePlaces = {
      ...account,
      take: (requests) => {
        asked += requests.length;
        return account.take(requests);
      },
    };
    const run = detection(placesOf(1), { strangers: rememberingAccounts({ strangers }).strangers });
    await run.deliver([at('first', 0, 1)]);
    for (let i = 0; i < 40; i++) {
      const arrival = ARRIVAL + i * HOUR_MS;
      await run.deliver([at('stored', i, i, arrival), at('refused', i, i, arrival)]);
    }
    const rowsOf = (name: string) => [...run.parts.rows.values()].filter(({ source }) => source === name).length;
    expect([rowsOf('stored'), rowsOf('refused'), setAside(run).length]).toEqual([40, 0, 40]);
    // Of the refused one each hour.
    expect(asked).toBeLessThanOrEqual(40 + 3);
  });

  test('ends in the same rows and the same elements in quarantine when calls fail and batches come again', async () => {
    const run = async (faults: boolean) => {
      sequence = 0;
      const settings = SettingsSchema.parse({ version: 1, defaults: { metricsMax: 1 } });
      const one = bounded(4, 6, { settings });
      if (faults)
        one.parts.fate = (call) => (call % 7 === 3 ? 'fails after' : call % 11 === 5 ? 'fails before' : 'works');
      for (let i = 0; i < 30; i++) {
        const timestamp = ARRIVAL + i * 1_000;
        const points = Array.from({ length: 8 }, (_, n) =>
          wirePoint({ source: `pump-${(n * 3 + i) % 9}`, timestamp, metrics: { flow: n, heat: i } }),
        );
        await one.deliver([streamRecord(points, ++sequence, { arrival: timestamp })]);
      }
      const elements = setAside(one).flatMap((object) => elementsOf(object).map((at) => `${object.sequence} ${at}`));
      const rows = [...one.parts.rows.values()].map(({ source, metric, timestamp, unscored }) =>
        JSON.stringify([source, metric, timestamp, unscored]),
      );
      return { rows: rows.sort(), elements: [...new Set(elements)].sort() };
    };
    const peace = await run(false);
    expect(peace.elements.length).toBeGreaterThan(100);
    expect(await run(true)).toEqual(peace);
  });

  test('waits in the stream while quarantine cannot take it, with nothing committed of its batch', async () => {
    sequence = 0;
    const { parts } = detection();
    const services = {
      ...parts.services,
      openDetector: openSourceDetector,
      places: placesOf(1),
      strangers: placesOf(0),
    };
    parts.fate = (_, part) => (part === 'quarantine' ? 'fails before' : 'works');
    const outcomes = await detectAnomalies([at('first', 0, 1), at('second', 0, 1)], services);
    expect(outcomes.map(({ done }) => done)).toEqual([false, false]);
    expect([parts.states.size, parts.rows.size]).toEqual([0, 0]);
  });

  test('what was set aside is stored when it is put again under a larger budget', async () => {
    sequence = 0;
    const small = bounded(1, 0);
    const record = streamRecord(
      [wirePoint({ source: 'first' }), wirePoint({ source: 'second' }), wirePoint({ source: 'third' })],
      ++sequence,
    );
    await small.deliver([record]);
    const [object] = setAside(small);
    expect(object).toMatchObject({ index: 1, elements: [1, 2], message: '2 points with series beyond the budget' });
    const entries = redriveEntries({ ...record, reason: 'over-budget', elements: new Set(object!.elements) });
    const services = { ...small.parts.services, openDetector: openSourceDetector, strangers: placesOf(10) };
    const again = entries.map(({ data }) => streamRecord(data, ++sequence, { arrival: ARRIVAL + HOUR_MS }));
    await detectAnomalies(again, { ...services, places: placesOf(1) });
    const stored = [...small.parts.rows.values()].map(({ source, unscored }) => [source, unscored === true]);
    expect(stored).toEqual([
      ['first', false],
      ['second', false],
      ['third', true],
    ]);
  });
});

describe('values without a memory, where like series lend', () => {
  /** Machines whose flow follows the day, each a little otherwise. */
  const flow = (machine: number, i: number) =>
    50 + machine / 5 + 8 * Math.sin((2 * Math.PI * i) / 96) + ((i * 7919) % 13) / 13;
  const learner = openPriorLearner(DEFAULT_SETTINGS);
  for (let machine = 0; machine < 5; machine++)
    for (let i = 0; i < 960; i++)
      learner.take({
        ...{ source: `machine-${machine}`, timestamp: ARRIVAL - 960 * 900_000 + i * 900_000, tags: {} },
        metrics: { flow: flow(machine, i) },
      });
  const document = learner.document('machines');
  const lending = () => ({
    builtIn: builtInModel,
    openDetector: openerFor(document),
    population: openPopulationScore(openPrior(document), builtInModel),
  });
  const stranger = (i: number, value: number, metric = 'flow') =>
    streamRecord(
      wirePoint({ source: `stranger-${i % 7}`, timestamp: ARRIVAL + i * 900_000, metrics: { [metric]: value } }),
      ++sequence,
      { arrival: ARRIVAL + i * 900_000 },
    );
  const records = () => {
    sequence = 0;
    return Array.from({ length: 96 }, (_, i) => stranger(i, flow(2, i) + (i % 24 === 23 ? 40 : 0)));
  };

  test('are ranked by how strange they are there, flagged and counted as before, and never an alarm', async () => {
    const { parts, deliver } = detection(placesOf(1), lending());
    await deliver([at('first', 0, 1)]);
    await deliver(records());
    const rows = [...parts.rows.values()].filter(({ source }) => source !== 'first');
    expect(rows).toHaveLength(96);
    for (const row of rows)
      expect(row).toMatchObject({ unscored: true, alarmScore: 0, isAnomaly: false, versions: { model: 'built-in-1' } });
    const scores = (strange: boolean) =>
      rows.filter(({ value }) => value > 80 === strange).map(({ anomalyScore }) => anomalyScore);
    expect(scores(true)).toHaveLength(4);
    expect(Math.min(...scores(true))).toBeGreaterThan(Math.max(...scores(false)));
    expect(parts.batches.reduce((sum, { unscored }) => sum + unscored, 0)).toBe(96);
    expect([parts.stored.size, parts.published.length]).toEqual([0, 0]);
  });

  test('have the same rows however they are delivered', async () => {
    const rowsOf = async (sizes: readonly number[], twice: boolean) => {
      const { parts, deliver } = detection(placesOf(1), lending());
      await deliver([at('first', 0, 1)]);
      const all = records();
      for (let from = 0, n = 0; from < all.length; n++) {
        const batch = all.slice(from, from + sizes[n % sizes.length]!);
        await deliver(batch);
        if (twice) await deliver(batch);
        from += batch.length;
      }
      const rows = [...parts.rows.values()].filter(({ source }) => source !== 'first');
      return rows.sort((a, b) => a.timestamp - b.timestamp);
    };
    const whole = await rowsOf([96], false);
    expect(await rowsOf([1], false)).toEqual(whole);
    expect(await rowsOf([5, 17, 2], true)).toEqual(whole);
  });

  test('of metrics of which nothing is lent score 0', async () => {
    const { parts, deliver } = detection(placesOf(1), lending());
    await deliver([at('first', 0, 1), stranger(1, 1e6, 'heat')]);
    expect([...parts.rows.values()].at(-1)).toMatchObject({ metric: 'heat', unscored: true, anomalyScore: 0 });
  });

  test('are also those of metrics beyond what their source may have', async () => {
    const settings = SettingsSchema.parse({ version: 1, defaults: { metricsMax: 1 } });
    const { parts, deliver } = detection(undefined, { ...lending(), settings });
    sequence = 0;
    const point = wirePoint({ source: 'pump-1', timestamp: ARRIVAL, metrics: { heat: 1, flow: 500 } });
    await deliver([streamRecord(point, ++sequence)]);
    const [heat, beyond] = [...parts.rows.values()];
    expect(heat!.unscored).toBeUndefined();
    expect(beyond).toMatchObject({
      unscored: true,
      alarmScore: 0,
      isAnomaly: false,
      versions: { model: 'built-in-1' },
    });
    expect(beyond!.anomalyScore).toBeGreaterThan(0.5);
  });
});
