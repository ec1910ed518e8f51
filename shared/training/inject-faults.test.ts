import type { DataPoint } from '../domain/data-point';
import { INJECTED_FAULTS, type InjectedFaultKind } from './fault-kinds';
import { type InjectedFault, isOn, withFaults } from './inject-faults';
import { indexLabels, type Label, LabelsSchema } from './labels';
import { type Injection, InjectionSchema, InjectionSettingsSchema, planInjection } from './plan-injection';
import type { PointHistory } from './ports';
import { normalOf } from './sample-hash';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** A Thursday, on which weeks of the epoch begin. */
const START = 3_000 * WEEK_MS;
const STEP_MS = 15 * 60_000;
const DAYS = 42;
const SOURCES = ['pump-1', 'pump-2', 'fan-1', 'fan-2'];

/** Flow with two decimals around 50, and a temperature that follows it; the second half is ten times as restless. */
function pointOf(source: string, i: number, unrest = 1): DataPoint {
  const load = normalOf(source, i) * unrest;
  const flow = Number((50 + 2 * load).toFixed(2));
  return { source, timestamp: START + i * STEP_MS, metrics: { flow, heat: 20 + load + 0.1 * normalOf(i) }, tags: {} };
}
const ROWS = (DAYS * DAY_MS) / STEP_MS;
const points = Array.from({ length: ROWS }, (_, i) => SOURCES.map((source) => pointOf(source, i))).flat();
const history = historyOf(points);

function historyOf(given: readonly DataPoint[], bySource = false): PointHistory {
  return {
    bySource,
    read: async function* () {
      yield* given;
    },
  };
}

const settings = InjectionSettingsSchema.parse({ share: 0.5, faultsPerWeek: 3, seed: 2 });
const plan = (changes: Partial<Parameters<typeof planInjection>[0]> = {}) =>
  planInjection({ history, labels: [], settings, ...changes });
const only = (kind: InjectedFaultKind, changes: object = {}) =>
  plan({ settings: InjectionSettingsSchema.parse({ ...settings, kinds: [kind], ...changes }) });

async function read(from: PointHistory): Promise<DataPoint[]> {
  const all: DataPoint[] = [];
  for await (const point of from.read()) all.push(point);
  return all;
}

/** Sound and faulty values of the points that a fault is on. */
async function seen(fault: InjectedFault): Promise<{ sound: number; faulty: number }[]> {
  const faulty = await read(withFaults(history, [fault]));
  return points.flatMap((point, i) =>
    point.source === fault.source && isOn(fault, point)
      ? [{ sound: point.metrics[fault.metric]!, faulty: faulty[i]!.metrics[fault.metric]! }]
      : [],
  );
}

let injection: Injection;
beforeAll(async () => {
  injection = await plan();
});

describe('injected faults', () => {
  test('are many, of all kinds, on all sources, on both metrics', () => {
    const { faults } = injection;
    expect(faults.length).toBeGreaterThan(20);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(INJECTED_FAULTS));
    expect(new Set(faults.map(({ source }) => source))).toEqual(new Set(SOURCES));
    expect(new Set(faults.map(({ metric }) => metric))).toEqual(new Set(['flow', 'heat']));
  });

  test('change the points that they are on, and no other by a bit', async () => {
    const faulty = await read(withFaults(history, injection.faults));
    let changed = 0;
    const astray: DataPoint[] = [];
    points.forEach((point, i) => {
      const on = injection.faults.filter((fault) => fault.source === point.source && isOn(fault, point));
      if (on.length === 0) {
        if (!Object.is(faulty[i], point)) astray.push(point);
        return;
      }
      changed += 1;
      const others = Object.keys(point.metrics).filter((name) => !on.some(({ metric }) => metric === name));
      if (others.some((name) => !Object.is(faulty[i]!.metrics[name], point.metrics[name]))) astray.push(point);
    });
    expect(astray).toEqual([]);
    expect(changed).toBeGreaterThan(500);
  });

  test('are the same for the same seed, in whatever order sources take turns, and others for another', async () => {
    const bySource = SOURCES.flatMap((source) => points.filter((point) => point.source === source));
    expect(JSON.stringify(await plan({ history: historyOf(bySource, true) }))).toBe(JSON.stringify(injection));
    const other = await plan({ settings: { ...settings, seed: 99 } });
    expect(other.faults).not.toEqual(injection.faults);
    const sorted = (given: readonly DataPoint[]) => given.map((point) => JSON.stringify(point)).sort();
    const once = await read(withFaults(history, injection.faults));
    expect(sorted(await read(withFaults(historyOf(bySource, true), injection.faults)))).toEqual(sorted(once));
  });

  test('know nothing of what comes after they begin', async () => {
    const [early] = injection.faults;
    const restless = Array.from({ length: ROWS }, (_, i) =>
      SOURCES.map((source) => pointOf(source, i, START + i * STEP_MS > early!.from ? 10 : 1)),
    ).flat();
    const { faults } = await plan({ history: historyOf(restless) });
    expect(faults.find(({ source, from }) => source === early!.source && from === early!.from)).toEqual(early);
    const late = (of: readonly InjectedFault[]) => of.filter(({ kind }) => kind === 'level-shift').at(-1)!;
    expect(Math.abs(late(faults).size)).toBeGreaterThan(2 * Math.abs(late(injection.faults).size));
  });

  test('stay away from weeks in which people said anything', async () => {
    const labels = injection.faults
      .slice(0, 3)
      .map(({ source, from }): Label => ({ source, from, to: from, verdict: 'exclude', origin: 'people' }));
    const again = await plan({ labels });
    expect(again.faults.length).toBeGreaterThan(0);
    const weeks = new Set(labels.map(({ source, from }) => `${source} ${Math.floor(from / WEEK_MS)}`));
    for (const { source, from, to } of again.labels) {
      expect(weeks).not.toContain(`${source} ${Math.floor(from / WEEK_MS)}`);
      expect(weeks).not.toContain(`${source} ${Math.floor(to / WEEK_MS)}`);
    }
  });

  test('are labelled with their kind, and nothing else of their week serves for anything', () => {
    const { faults, labels } = injection;
    expect(LabelsSchema.parse(labels)).toEqual(labels);
    const index = indexLabels(labels);
    for (const fault of faults) {
      const week = Math.floor(fault.from / WEEK_MS) * WEEK_MS;
      const unlabelled: number[] = [];
      for (let at = week; at < week + WEEK_MS; at += STEP_MS) {
        const label = index.at(fault.source, fault.metric, at);
        if (at >= fault.from && at <= fault.to)
          expect(label).toMatchObject({ verdict: 'real', origin: 'injected', fault: fault.kind });
        if (label === undefined) unlabelled.push(at);
      }
      expect(unlabelled).toEqual([]);
    }
    const held = new Set(faults.map(({ source, from }) => `${source} ${Math.floor(from / WEEK_MS)}`));
    const elsewhere = points.filter(
      ({ source, timestamp }) => !held.has(`${source} ${Math.floor(timestamp / WEEK_MS)}`),
    );
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.filter(({ source, timestamp }) => index.at(source, 'flow', timestamp) !== undefined)).toEqual([]);
  });

  test('survive as a document', () => {
    expect(InjectionSchema.parse(JSON.parse(JSON.stringify(injection)))).toEqual(injection);
  });

  test('are the same before the part that tests, however much comes in it', async () => {
    const trainTo = START + 25 * DAY_MS;
    const older = async (given: readonly DataPoint[]) => {
      const { faults } = await plan({ history: historyOf(given), settings: { ...settings, faultsMax: 9 }, trainTo });
      return faults.filter(({ from }) => from < trainTo);
    };
    const all = await older(points);
    expect(all.length).toBeGreaterThan(3);
    expect(await older(points.filter(({ timestamp }) => timestamp < trainTo + 3 * DAY_MS))).toEqual(all);
  });

  test('are no more than allowed, in whole weeks', async () => {
    const few = await plan({ settings: { ...settings, faultsMax: 9 } });
    expect(few.faults.length).toBeLessThanOrEqual(9);
    expect(few.faults.length).toBeGreaterThan(0);
    expect(injection.faults).toEqual(expect.arrayContaining(few.faults));
  });

  test.each<[string, Partial<Parameters<typeof planInjection>[0]>]>([
    ['when they are switched off', { settings: { ...settings, share: 0 } }],
    ['into young series', { settings: { ...settings, pastMin: ROWS } }],
    ['into sources that are not meant', { sources: 'valve-*' }],
    ['into metrics that are not meant', { metrics: 'speed' }],
    ['into constant series', { history: historyOf(points.map((point) => ({ ...point, metrics: { flow: 7 } }))) }],
    ['into no history', { history: historyOf([]) }],
  ])('are not put %s', async (_, changes) => {
    expect(await plan(changes)).toEqual({ faults: [], labels: [] });
  });
});

describe('an injected', () => {
  test.each<[InjectedFaultKind, (values: { sound: number; faulty: number }[], fault: InjectedFault) => boolean]>([
    ['spike', (values, { size }) => values.every(({ sound, faulty }) => Math.abs(faulty - sound - size) < 0.01)],
    ['level-shift', (values, { size }) => values.every(({ sound, faulty }) => Math.abs(faulty - sound - size) < 0.01)],
    [
      'drift',
      ([first, ...rest]) => first!.faulty === first!.sound && Math.abs(rest.at(-1)!.faulty - rest.at(-1)!.sound) > 4,
    ],
    ['variance-burst', (values) => new Set(values.map(({ sound, faulty }) => Math.sign(faulty - sound))).size >= 2],
    ['frozen', (values) => new Set(values.map(({ faulty }) => faulty)).size === 1],
    [
      'drop-out',
      (values) =>
        [0, 1].every(
          (part) =>
            values.filter(({ faulty, sound }) => (faulty === 0 ? 0 : 1) === part && (faulty === 0 || faulty === sound))
              .length > 3,
        ),
    ],
    [
      'foreign-segment',
      (values, { median, spread }) => values.every(({ faulty }) => Math.abs(faulty - median) < 1.5 * spread),
    ],
    [
      'broken-relation',
      (values, { median }) => values.every(({ sound, faulty }) => Math.abs(faulty + sound - 2 * median) < 0.01),
    ],
  ])('%s is what its name says, with the decimals of its series', async (kind, holds) => {
    const { faults } = await only(kind);
    expect(faults.length).toBeGreaterThan(5);
    for (const fault of faults.slice(0, 6)) {
      const values = await seen(fault);
      expect(values.length).toBeGreaterThan(1);
      expect([fault, holds(values, fault)]).toEqual([fault, true]);
      if (fault.metric === 'flow') for (const { faulty } of values) expect(faulty).toBe(Number(faulty.toFixed(2)));
    }
  });

  test('fault has a size relative to its series, within what was asked', async () => {
    const { faults } = await only('level-shift', { sizeMin: 2, sizeMax: 2 });
    for (const { size, spread } of faults) expect(Math.abs(size) / spread).toBeCloseTo(12, 6);
    expect(new Set(faults.map(({ size }) => Math.sign(size)))).toEqual(new Set([-1, 1]));
  });

  test('fault does not take a count below nothing', async () => {
    const counts = historyOf(points.map((point, i) => ({ ...point, metrics: { hits: i % 7 } })));
    const { faults } = await plan({ history: counts });
    expect(faults.length).toBeGreaterThan(5);
    const values = (await read(withFaults(counts, faults))).map(({ metrics }) => metrics['hits']!);
    expect(Math.min(...values)).toBe(0);
    expect(values.every(Number.isInteger)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(10);
  });
});
