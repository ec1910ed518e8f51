import { builtInModel } from '../../../shared/detection/built-in-model';
import { openSourceDetector } from '../../../shared/detection/open-source-detector';
import { TransientFault } from '../../../shared/detection/ports';
import { silenceOpened } from '../../../shared/detection/silence/silence-event';
import { newWatch, WATCH_FIELD } from '../../../shared/detection/silence/source-watch';
import { MemoryParts } from '../../../test/factories/memory-parts';
import { ARRIVAL, streamRecord } from '../../../test/factories/records';
import { detectAnomalies } from '../detect-anomalies';
import type { Services } from '../services';
import { CacheWitness } from './cache-witness';
import { MARKED_POINTS } from './recall';
import { WARMING_FIELD } from './warming-mark';

const SOURCES = ['pump', 'fan', 'door'];
const STEP_MS = 60_000;
const FROM = ARRIVAL - 2_000 * STEP_MS;

/** The live engine over parts in memory. Each is a process of its own: what it saw committed is not shared. */
function processOn(parts: MemoryParts, limits: Partial<Services['warming']['limits']> = {}): Services {
  return {
    ...parts.services,
    openDetector: openSourceDetector,
    builtIn: builtInModel,
    scorer: {
      score: async (vectors) => ({ scores: vectors.map((v) => builtInModel.score(v)), model: 'endpoint' }),
    },
    warming: { witness: new CacheWitness(), limits: { points: 300, sources: 100, ms: 1_000, ...limits } },
  };
}

/** Steps of all sources, a record a source and step: a rhythm, noise, and a burst now and then; two related metrics. */
function steps(from: number, to: number, sources = SOURCES) {
  const records = [];
  for (let step = from; step < to; step++) {
    for (const [i, source] of sources.entries()) {
      const noise = ((step * 7919 + i * 104_729) % 1_000) / 1_000;
      const flow = 50 + 20 * Math.sin(step / 60 + i) + 4 * noise + ((step + 31 * i) % 211 > 207 ? 60 : 0);
      const metrics = i === 0 ? { flow, pressure: 2 * flow + noise } : { flow };
      const timestamp = FROM + step * STEP_MS;
      records.push(streamRecord({ source, timestamp, metrics }, 1 + step * 10 + i, { arrival: timestamp + 500 }));
    }
  }
  return records;
}

async function run(services: Services, from: number, to: number, batchSteps = 20, sources = SOURCES): Promise<void> {
  for (let at = from; at < to; at += batchSteps) {
    const records = steps(at, Math.min(at + batchSteps, to), sources);
    const outcomes = await detectAnomalies(records, services);
    expect(outcomes.every(({ done }) => done)).toBe(true);
  }
}

type States = Map<string, Map<string, Uint8Array>>;
const copyOf = (states: States): States => new Map([...states].map(([source, fields]) => [source, new Map(fields)]));
function restore(parts: MemoryParts, copy: States): void {
  parts.states.clear();
  for (const [source, fields] of copyOf(copy)) parts.states.set(source, fields);
}

/** What was learnt, in a form that compares: all but arrivals and the mark. */
function learnt(parts: MemoryParts) {
  return [...parts.states].map(([source, fields]) => [
    source,
    Object.fromEntries(
      [...fields]
        .filter(([name]) => name !== WATCH_FIELD && name !== WARMING_FIELD)
        .map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')])
        .sort(),
    ),
  ]);
}

const counted = (parts: MemoryParts) =>
  parts.batches.reduce(
    (sum, { warmed, warming, warmingBudgetSpent, stateLost }) => ({
      warmed: sum.warmed + warmed,
      warming: sum.warming + warming,
      warmingBudgetSpent: sum.warmingBudgetSpent + warmingBudgetSpent,
      stateLost: sum.stateLost + stateLost,
    }),
    { warmed: 0, warming: 0, warmingBudgetSpent: 0, stateLost: 0 },
  );

const told = (parts: MemoryParts) =>
  parts.published.map(({ id, episodeId, transition, phase }) => `${phase} ${transition} ${episodeId} ${id}`);

/** 600 steps in peace. */
const peace = (async () => {
  const parts = new MemoryParts();
  await run(processOn(parts), 0, 600);
  return parts;
})();

describe('a cache that failed over to an older copy', () => {
  test.each<[string, boolean]>([
    ['by the process that saw more committed', true],
    ['by a process that has just started', false],
  ])('is noticed %s, and what it lost is learnt again, byte for byte', async (_, sameProcess) => {
    const parts = new MemoryParts();
    const services = processOn(parts);
    await run(services, 0, 300);
    const copy = copyOf(parts.states);
    await run(services, 300, 420);
    restore(parts, copy);
    await run(sameProcess ? services : processOn(parts), 420, 600);
    expect(learnt(parts)).toEqual(learnt(await peace));
    expect(told(parts)).toEqual(told(await peace));
    expect([...parts.rows.keys()]).toEqual([...(await peace).rows.keys()]);
    // Each source is marked at one point, with a row a metric.
    expect(counted(parts)).toEqual({ warmed: 3, warming: 3, warmingBudgetSpent: 0, stateLost: 0 });
    expect([...parts.rows.values()].filter(({ warming }) => warming)).toHaveLength(4);
  });

  test('goes on as if nothing were lost where the store has no more rows than the state', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 300);
    await run(processOn(parts), 300, 600);
    expect(parts.lookUps).toBe(2);
    expect(counted(parts)).toEqual({ warmed: 0, warming: 0, warmingBudgetSpent: 0, stateLost: 0 });
    expect(learnt(parts)).toEqual(learnt(await peace));
  });

  test('is not suspected for what a died attempt stored', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 300);
    const copy = copyOf(parts.states);
    const dying = processOn(parts);
    parts.fate = (_, part) => (part === 'cache.commit' ? 'fails before' : 'works');
    await detectAnomalies(steps(300, 320), dying);
    expect(copyOf(parts.states)).toEqual(copy);
    parts.fate = () => 'works';
    await run(processOn(parts), 300, 600);
    expect(counted(parts)).toMatchObject({ warmed: 0, warming: 0 });
    expect(learnt(parts)).toEqual(learnt(await peace));
  });

  test('is an incident also where its sources are quiet for days', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 40);
    const copy = copyOf(parts.states);
    await run(processOn(parts), 40, 60);
    restore(parts, copy);
    const services = processOn(parts);
    await run(services, 3_000, 3_020);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 3 });
    expect(services.warming.witness.hasIncident).toBe(true);
  });

  test('for longer than rows are read: the older copy learns what there is, and its source is marked for long', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts, { points: 50 });
    await run(services, 0, 300);
    const copy = copyOf(parts.states);
    await run(services, 300, 420);
    restore(parts, copy);
    await run(services, 420, 600);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 3 * MARKED_POINTS });
  });
});

describe('a cache that was lost', () => {
  test('is filled again from the newest rows; sources are marked until enough points came', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts);
    await run(services, 0, 400);
    parts.states.clear();
    await run(services, 400, 600);
    expect([...parts.rows.keys()]).toEqual([...(await peace).rows.keys()]);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 3 * MARKED_POINTS });
    const marked = [...parts.rows.values()].filter(({ warming }) => warming);
    expect(new Set(marked.map(({ timestamp }) => timestamp)).size).toBe(MARKED_POINTS);
    expect(marked.every(({ learning }) => !learning)).toBe(true);
    const ids = told(parts);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('by a process that has just started: the same', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 400);
    parts.states.clear();
    await run(processOn(parts), 400, 420);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 3 * 20 });
  });

  test('a source that was never there is new, not lost', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts);
    await run(services, 0, 20, 20, ['pump']);
    parts.states.clear();
    await run(services, 20, 40, 20, ['pump', 'new']);
    expect([...parts.rows.values()].filter(({ source, warming }) => source === 'new' && warming)).toEqual([]);
    expect(counted(parts)).toMatchObject({ warmed: 1 });
  });

  test('a source that comes back after its state has expired is filled, and nothing else is suspected', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 40);
    parts.states.delete('door');
    const services = processOn(parts);
    await run(services, 50_000, 50_040);
    expect(counted(parts)).toMatchObject({ warmed: 1 });
    expect(services.warming.witness.hasIncident).toBe(false);
  });

  test('rows of another stream are another history', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 40);
    parts.states.clear();
    const records = steps(40, 60).map((record) => ({ ...record, stream: 'another' }));
    await detectAnomalies(records, processOn(parts));
    expect(counted(parts)).toMatchObject({ warmed: 0, warming: 0 });
  });

  test('what the budget does not reach starts anew, is marked, and filled by a later batch', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts, { sources: 1 });
    await run(services, 0, 400);
    parts.states.clear();
    await run(services, 400, 420);
    expect(counted(parts)).toMatchObject({ warmed: 1, warmingBudgetSpent: 2, warming: 60 });
    await run(services, 420, 460);
    expect(counted(parts)).toMatchObject({ warmed: 3 });
    const newest = [...parts.rows.values()].filter(({ timestamp }) => timestamp === FROM + 459 * STEP_MS);
    expect(newest).toHaveLength(4);
    expect(newest.every(({ learning, warming }) => !learning && warming)).toBe(true);
  });

  test('without answers of the store the batch goes on, says so once, and asks again after a rest', async () => {
    const parts = new MemoryParts();
    let now = 0;
    const services = { ...processOn(parts), observe: { ...parts.services.observe, clock: () => now } };
    await run(services, 0, 400);
    parts.states.clear();
    const before = parts.lookUps;
    parts.lookUpsFail = true;
    await run(services, 400, 440);
    expect(parts.problems).toEqual(['warming: store: failed on purpose']);
    expect(parts.lookUps).toBe(before + 1);
    expect(counted(parts)).toMatchObject({ warmed: 0, warming: 3 * 40 });
    parts.lookUpsFail = false;
    now = 60_000;
    await run(services, 440, 460);
    expect(counted(parts)).toMatchObject({ warmed: 3 });
  });

  test('is left alone when the budget is nothing', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts, { sources: 0 });
    await run(services, 0, 40);
    parts.states.clear();
    await run(services, 40, 60);
    expect(parts.lookUps).toBe(0);
    expect(counted(parts)).toMatchObject({ warmed: 0, warming: 0 });
  });

  test('an episode that was open before the rows that are read is not opened again, and comes to its end', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts, { points: 3 });
    await run(services, 0, 425, 5);
    const open = told(parts).findLast((text) => text.startsWith('opened'))!;
    const episode = open.split(' ')[2]!;
    parts.states.clear();
    await run(services, 425, 500, 5);
    const ofEpisode = parts.published.filter(({ episodeId }) => episodeId === episode).map(({ phase }) => phase);
    expect(ofEpisode.filter((phase) => phase === 'opened')).toHaveLength(1);
    expect(ofEpisode.at(-1)).toBe('closed');
  });

  test('what an attempt that died had stored and not told is told, and ends', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts, { points: 3 });
    await run(services, 0, 415, 5);
    parts.fate = (_, part) => (part === 'topic' ? 'fails before' : 'works');
    const outcomes = await detectAnomalies(steps(415, 425), services);
    expect(outcomes.some(({ done }) => !done)).toBe(true);
    parts.fate = () => 'works';
    const untold = [...parts.stored.values()].filter(({ id }) => !parts.published.some((event) => event.id === id));
    const opened = untold.filter(({ phase }) => phase === 'opened').map(({ episodeId }) => episodeId);
    expect(opened.length).toBeGreaterThan(0);
    parts.states.clear();
    await run(processOn(parts, { points: 3 }), 415, 500, 5);
    const published = new Set(parts.published.map(({ id }) => id));
    expect([...parts.stored.keys()].filter((id) => !published.has(id))).toEqual([]);
    for (const episode of opened) {
      const phases = parts.published.filter(({ episodeId }) => episodeId === episode).map(({ phase }) => phase);
      expect([phases.filter((phase) => phase === 'opened').length, phases.at(-1)]).toEqual([1, 'closed']);
    }
  });

  test('a silence that people were told of ends when the source is heard', async () => {
    const parts = new MemoryParts();
    const services = processOn(parts);
    await run(services, 0, 100);
    const opened = FROM + 110 * STEP_MS;
    const silence = silenceOpened('fan', newWatch(), opened, { version: 1, threshold: 0.5 });
    await parts.services.store.writeAnomalies([{ ...silence, tags: { site: 'berlin' } }]);
    parts.states.clear();
    await run(services, 120, 140);
    expect(parts.published.filter(({ kind }) => kind === 'silence')).toMatchObject([
      { phase: 'closed', episodeId: silence.episodeId, source: 'fan', tags: { site: 'berlin' } },
    ]);
  });
});

describe('what comes first after a loss', () => {
  /** A point of each source that comes at one step with the time of another. */
  const late = (step: number, at: number) =>
    SOURCES.map((source, i) => {
      const timestamp = FROM + step * STEP_MS + 30_000;
      const metrics = i === 0 ? { flow: 1, pressure: 2 } : { flow: 1 };
      return streamRecord({ source, timestamp, metrics }, 1 + at * 10 + i, { arrival: FROM + at * STEP_MS });
    });

  test.each(['an older copy', 'nothing'])('late points alone do not hide newer rows: %s', async (what) => {
    const [parts, peaceful] = [new MemoryParts(), new MemoryParts()];
    const [services, undisturbed] = [processOn(parts), processOn(peaceful)];
    let copy: States = new Map();
    for (const process of [services, undisturbed]) {
      await run(process, 0, 300);
      copy = process === services ? copyOf(parts.states) : copy;
      await run(process, 300, 400);
      if (process === services && what === 'nothing') parts.states.clear();
      else if (process === services) restore(parts, copy);
      await detectAnomalies(late(290, 400), process);
      await run(process, 401, 420);
    }
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: what === 'nothing' ? 3 * 20 : 3 });
    if (what !== 'nothing') expect(learnt(parts)).toEqual(learnt(peaceful));
    const standing = ({ rows }: MemoryParts) => [...rows.values()].map(({ late, learning }) => [late, learning]);
    expect(standing(parts)).toEqual(standing(peaceful));
  });

  test('an older batch again does not hide what was learnt after it: an older copy', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 300);
    const copy = copyOf(parts.states);
    await run(processOn(parts), 300, 420);
    restore(parts, copy);
    const services = processOn(parts);
    await run(services, 300, 320);
    await run(services, 420, 600);
    expect(learnt(parts)).toEqual(learnt(await peace));
    expect([...parts.rows.keys()]).toEqual([...(await peace).rows.keys()]);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 3 });
  });

  test('an older batch again does not hide what was learnt after it: nothing', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 420);
    parts.states.clear();
    // Each by a process of its own: what is still missing must not depend on what one remembers.
    await run(processOn(parts), 300, 320);
    await run(processOn(parts), 420, 440);
    const lost = new MemoryParts();
    await run(processOn(lost), 0, 420);
    lost.states.clear();
    await run(processOn(lost), 420, 440);
    expect(learnt(parts)).toEqual(learnt(lost));
  });

  test('a shorter batch where a longer attempt died is no loss', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 300);
    parts.fate = (_, part) => (part === 'cache.commit' ? 'fails before' : 'works');
    await detectAnomalies(steps(300, 340), processOn(parts));
    parts.fate = () => 'works';
    const services = processOn(parts);
    await run(services, 300, 600);
    expect(counted(parts)).toMatchObject({ warmed: 0, warming: 0 });
    expect(services.warming.witness.hasIncident).toBe(false);
    expect(learnt(parts)).toEqual(learnt(await peace));
  });
});

describe('the budget', () => {
  const many = Array.from({ length: 600 }, (_, i) => `source-${i}`);
  const one = (from: number, to: number) =>
    many.flatMap((source, i) =>
      Array.from({ length: to - from }, (_, k) => {
        const timestamp = FROM + (from + k) * STEP_MS;
        const arrival = timestamp + 500;
        return streamRecord({ source, timestamp, metrics: { flow: i + k } }, 1 + (from + k) * 1_000 + i, { arrival });
      }),
    );

  /** Whose store takes so long for a read, and gives up when it may not. */
  function slow(parts: MemoryParts, readMs: number, eventsMs = 0): Services {
    let now = 0;
    const services = processOn(parts, { ms: 5_000, sources: 500 });
    const { store, observe } = services;
    const take = (ms: number, withinMs = 10_000) => {
      now += Math.min(ms, withinMs);
      if (ms > withinMs) throw new TransientFault('store', `no answer within ${withinMs} ms`);
    };
    return {
      ...services,
      observe: { ...observe, clock: () => now },
      store: {
        ...store,
        readRecent: async (queries, withinMs) => {
          take(readMs, withinMs);
          return store.readRecent(queries, withinMs);
        },
        readAnomalies: async (query, withinMs) => {
          take(eventsMs, withinMs);
          return store.readAnomalies(query, withinMs);
        },
      },
    };
  }

  const marksOf = (parts: MemoryParts) =>
    new Set([...parts.rows.values()].filter(({ warming }) => warming).map(({ source }) => source));

  test.each([
    ['in sources', 10],
    ['in time', 230],
  ])(
    'spent %s: every source of an older copy is filled or marked, and the store is asked again at once',
    async (_, readMs) => {
      const parts = new MemoryParts();
      await detectAnomalies(one(0, 3), processOn(parts));
      const copy = copyOf(parts.states);
      await detectAnomalies(one(3, 6), processOn(parts));
      restore(parts, copy);
      const services = slow(parts, readMs);
      await detectAnomalies(one(6, 7), services);
      expect(marksOf(parts).size).toBe(600);
      const { warmed, warmingBudgetSpent } = counted(parts);
      expect(warmed).toBeGreaterThan(300);
      expect(warmed + warmingBudgetSpent).toBe(600);
      expect(parts.problems).toEqual([]);
      expect(services.warming.witness.isResting(services.observe.clock())).toBe(false);
    },
  );

  test('ended by the store: in an incident every source is marked, also while it is left alone', async () => {
    const parts = new MemoryParts();
    await detectAnomalies(one(0, 3), processOn(parts));
    const copy = copyOf(parts.states);
    await detectAnomalies(one(3, 6), processOn(parts));
    restore(parts, copy);
    const answering = slow(parts, 10);
    let reads = 0;
    const readRecent: Services['store']['readRecent'] = async (queries, withinMs) => {
      if (++reads > 2) throw new TransientFault('store', 'failed on purpose');
      return answering.store.readRecent(queries, withinMs);
    };
    const services = { ...answering, store: { ...answering.store, readRecent } };
    const [first, second] = [one(6, 7).slice(0, 300), one(6, 7).slice(300)];
    await detectAnomalies(first, services);
    expect(parts.problems).toEqual(['warming: store: failed on purpose']);
    await detectAnomalies(second, services);
    expect(marksOf(parts).size).toBe(600);
    const { warmed, warmingBudgetSpent } = counted(parts);
    expect(warmed + warmingBudgetSpent).toBe(600);
  });

  test('holds for what was told too; a source without that answer is filled, and looked up again', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 400);
    parts.states.clear();
    const services = slow(parts, 10, 60_000);
    await run(services, 400, 420);
    expect(services.observe.clock()).toBeLessThanOrEqual(3 * 5_000 + 100);
    expect(counted(parts)).toMatchObject({ warmed: 3, warming: 60 });
    expect(parts.problems).toEqual([expect.stringMatching(/^warming: store: no answer within/)]);
    await run(processOn(parts), 420, 440);
    expect(counted(parts)).toMatchObject({ warmed: 6 });
  });
});

describe('a state that cannot be read', () => {
  test('is filled again from stored rows', async () => {
    const parts = new MemoryParts();
    await run(processOn(parts), 0, 400);
    parts.states.get('fan')!.set('checkpoint', new Uint8Array([1, 2]));
    await run(processOn(parts), 400, 420);
    expect(counted(parts)).toMatchObject({ warmed: 1, warming: 20, stateLost: 1 });
    const newest = [...parts.rows.values()].filter(({ timestamp }) => timestamp === FROM + 419 * STEP_MS);
    expect(newest.map(({ learning }) => learning)).toEqual([false, false, false, false]);
  });
});
