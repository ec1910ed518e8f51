import fc from 'fast-check';
import { EPISODE, FULL_BYTES, VERSION } from '../../shared/detection/metric-layout';
import { CHECKPOINT_FIELD } from '../../shared/detection/ports';
import type { ShardTail } from '../../shared/detection/silence/ports';
import { FLEET_SOURCE } from '../../shared/detection/silence/silence-event';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { detectAnomalies } from '../detect-anomalies/detect-anomalies';
import type { Services } from './services';
import { watchSilence } from './watch-silence';

const S = 1_000;
const MINUTE = 60 * S;
/** Of most sources here; with four intervals allowed, one is missed after 80 s, and told of a minute later. */
const INTERVAL = 20 * S;

/** Time goes on in steps of 20 s; in each, those that speak speak, a batch brings it in, and once a minute the watch looks. */
class World {
  now = ARRIVAL;
  readonly parts = new MemoryParts();
  private sequence = 0;
  /** Records that the pipeline has not taken yet. */
  readonly backlog: StreamRecord[] = [];
  pipelineWorks = true;
  restarts = 0;
  /** Seconds that the oldest record had waited at each run of the watch. */
  readonly waiting: number[] = [];
  readonly problems: string[] = [];
  streamAnswers = true;
  settings: Settings = DEFAULT_SETTINGS;

  get watchServices(): Services {
    const { cache, silence, store, topic } = this.parts.services;
    return {
      cache,
      silence,
      store,
      topic,
      tail: {
        lookBehind: async (progress, now) => {
          const [oldest] = this.backlog;
          const one: ShardTail = oldest
            ? { takenUntil: oldest.arrival, waitingSince: oldest.arrival }
            : { takenUntil: now };
          const untaken: ShardTail = this.streamAnswers ? one : { takenUntil: 0, waitingSince: 'unknown' };
          return progress.length === 0 ? [untaken] : progress.map(() => one);
        },
      },
      settings: this.settings,
      now: () => this.now,
      since: 0,
      sourcesMax: 1_000,
      observe: {
        waiting: (ms) => void this.waiting.push(ms / S),
        ...{ watched: () => {}, published: () => {} },
        problem: (what) => void this.problems.push(what),
      },
    };
  }

  /** @param speaking whether a source speaks at a step */
  async run(steps: number, sources: readonly string[], speaking: (source: string, step: number) => boolean) {
    for (let step = 0; step < steps; step++) {
      this.now += INTERVAL;
      const points = sources
        .filter((source) => speaking(source, step))
        .map((source) => wirePoint({ source, timestamp: this.now, metrics: { a: 1 } }));
      if (points.length > 0) this.backlog.push(streamRecord(points, ++this.sequence, { arrival: this.now }));
      if (this.pipelineWorks) await this.takeBacklog();
      if (step % 3 === 2) await this.watch();
    }
  }

  async takeBacklog(): Promise<void> {
    while (this.backlog.length > 0) {
      const outcomes = await detectAnomalies(this.backlog, { ...this.parts.services, settings: this.settings });
      const failed = outcomes.findIndex(({ done }) => !done);
      this.backlog.splice(0, failed < 0 ? this.backlog.length : failed);
      if (failed >= 0) this.restarts += 1;
    }
  }

  /** As the schedule does: a run that died is followed by the next; here at once, until one ends. */
  async watch(): Promise<void> {
    for (;;) {
      try {
        await watchSilence(this.watchServices);
        return;
      } catch {
        this.restarts += 1;
      }
    }
  }

  /** What takes effect downstream: each id once, as first stored, in order of time. */
  told() {
    const published = new Set(this.parts.published.map(({ id }) => id));
    return [...this.parts.stored.values()]
      .filter(({ id, kind }) => kind === 'silence' && published.has(id))
      .sort((a, b) => a.timestamp - b.timestamp || a.transition - b.transition)
      .map(({ source, phase, timestamp, transition }) => [source, phase, (timestamp - ARRIVAL) / S, transition]);
  }
}

const ten = Array.from({ length: 10 }, (_, i) => `pump-${i}`);

describe('a source that grows silent', () => {
  test('is missed once, after four intervals, and heard again when it speaks', async () => {
    const world = new World();
    await world.run(90, ten, (source, step) => source !== 'pump-3' || step < 40 || step >= 70);
    expect(world.told()).toEqual([
      ['pump-3', 'opened', 800 + 80, 1],
      ['pump-3', 'closed', 1420, 2],
    ]);
    expect([...world.parts.stored.values()][0]).toMatchObject({
      kind: 'silence',
      severity: 'high',
      contributions: [{ words: 'not heard for 80 s, usually every 20 s' }],
    });
    expect(world.parts.published).toHaveLength(2);
  });

  test('is missed again when it falls silent again', async () => {
    const world = new World();
    await world.run(150, ten, (source, step) => source !== 'pump-3' || step < 40 || (step >= 70 && step < 100));
    expect(world.told().map(([, phase]) => phase)).toEqual(['opened', 'closed', 'opened']);
  });

  test.each<[string, (source: string, step: number) => boolean, Settings]>([
    ['too few points', (source, step) => source !== 'pump-3' || step < 10, DEFAULT_SETTINGS],
    [
      'a pattern in the settings switches it off',
      (source, step) => source !== 'pump-3' || step < 40,
      { ...DEFAULT_SETTINGS, overrides: [{ sources: 'pump-*', settings: { watchSilence: false } }] },
    ],
    [
      'more intervals are allowed',
      (source, step) => source !== 'pump-3' || step < 40,
      { ...DEFAULT_SETTINGS, overrides: [{ sources: 'pump-3', settings: { silenceIntervals: 100 } }] },
    ],
  ])('is not missed: %s', async (_, speaking, settings) => {
    const world = new World();
    world.settings = settings;
    await world.run(90, ten, speaking);
    expect(world.told()).toEqual([]);
  });

  test('ends the episodes of its metrics that were open', async () => {
    const world = new World();
    const { closed } = await episodeLeftOpen(world);
    expect(closed).toMatchObject([
      { phase: 'closed', kind: 'value', metric: 'a', transition: 3, severity: 'high', source: 'pump-3' },
    ]);
  });
});

async function episodeLeftOpen(world: World) {
  await world.run(40, ten, () => true);
  const state = world.parts.states.get('pump-3')!;
  state.set('m:a', openEpisode());
  await world.run(30, ten, (source) => source !== 'pump-3');
  return { closed: [...world.parts.stored.values()].filter(({ kind }) => kind === 'value') };
}

describe('a pipeline that does not go on is not silence', () => {
  test('a shard that stands still, and catches up', async () => {
    const world = new World();
    await world.run(40, ten, () => true);
    world.pipelineWorks = false;
    await world.run(60, ten, () => true);
    expect(world.told()).toEqual([]);
    world.pipelineWorks = true;
    await world.run(20, ten, () => true);
    expect(world.told()).toEqual([]);
  });

  test('but how long its oldest record waits is told by the watch, since a pipeline that is not called tells nothing', async () => {
    const world = new World();
    await world.run(6, ten, () => true);
    world.pipelineWorks = false;
    await world.run(9, ten, () => true);
    world.pipelineWorks = true;
    await world.run(3, ten, () => true);
    expect(world.waiting).toEqual([0, 0, 40, 100, 160, 0]);
  });

  test('also where it has never taken anything', async () => {
    const world = new World();
    world.pipelineWorks = false;
    await world.run(6, ten, () => true);
    expect([world.waiting, world.problems]).toEqual([[40, 100], []]);
  });

  test('nothing is told of it while nobody knows', async () => {
    const world = new World();
    world.pipelineWorks = false;
    world.streamAnswers = false;
    await world.run(6, ten, () => true);
    expect([world.waiting, world.problems]).toEqual([[], ['stream', 'stream']]);
  });

  test('a source that fell silent while the pipeline stood is missed when its shard has caught up, as of then', async () => {
    const world = new World();
    await world.run(40, ten, () => true);
    world.pipelineWorks = false;
    await world.run(40, ten, (source, step) => source !== 'pump-3' || step < 20);
    expect(world.told()).toEqual([]);
    world.pipelineWorks = true;
    await world.run(6, ten, (source) => source !== 'pump-3');
    expect(world.told()).toEqual([['pump-3', 'opened', 1_200 + 80, 1]]);
  });
});

describe('the fleet', () => {
  test('an outage of all is one event, and one when it ends', async () => {
    const world = new World();
    await world.run(120, ten, (_, step) => step < 40 || step >= 80);
    expect(world.told()).toEqual([
      [FLEET_SOURCE, 'opened', 880, 1],
      [FLEET_SOURCE, 'closed', 1620, 2],
    ]);
    expect([...world.parts.stored.values()][0]).toMatchObject({
      severity: 'critical',
      contributions: [{ words: '10 of 10 sources are silent' }],
    });
  });

  test('who does not come back with the others is missed alone, from when the others were heard', async () => {
    const world = new World();
    await world.run(140, ten, (source, step) => step < 40 || (step >= 80 && source !== 'pump-3'));
    expect(world.told()).toEqual([
      [FLEET_SOURCE, 'opened', 880, 1],
      [FLEET_SOURCE, 'closed', 1620, 2],
      ['pump-3', 'opened', 1620 + 80, 1],
    ]);
  });

  test('an outage that comes over a small part is told source by source', async () => {
    const world = new World();
    await world.run(70, ten, (source, step) => step < 40 || source > 'pump-3');
    expect(world.told().map(([source, phase]) => [source, phase])).toEqual(
      ['pump-0', 'pump-1', 'pump-2', 'pump-3'].map((source) => [source, 'opened']),
    );
  });

  test('three sources are no fleet', async () => {
    const world = new World();
    await world.run(70, ten.slice(0, 3), (_, step) => step < 40);
    expect(world.told().map(([source]) => source)).toEqual(['pump-0', 'pump-1', 'pump-2']);
  });
});

describe('whatever dies', () => {
  const six = ten.slice(0, 6);

  /** Two silences with returns, one of them with an open episode, and a fleet outage. */
  async function story(world: World): Promise<void> {
    world.settings = { ...DEFAULT_SETTINGS, fleet: { ...DEFAULT_SETTINGS.fleet, sourcesMin: 4 } };
    await world.run(15, six, () => true);
    world.parts.states.get('pump-3')?.set('m:a', openEpisode());
    await world.run(12, six, (source, step) => step > 9 || (source !== 'pump-3' && (source !== 'pump-5' || step < 1)));
    await world.run(15, six, (_, step) => step < 2 || step >= 9);
  }

  const TOLD = [
    'pump-3 opened',
    'pump-5 opened',
    'pump-3 closed',
    'pump-5 closed',
    `${FLEET_SOURCE} opened`,
    `${FLEET_SOURCE} closed`,
  ];

  const effect = (world: World) => ({
    told: world.told(),
    all: [...new Set(world.parts.published.map(({ id }) => id))].sort(),
    stored: [...world.parts.stored.keys()].sort(),
    states: [...world.parts.states]
      .filter(([source]) => !source.startsWith('\u0000'))
      .map(([source, fields]) => [
        source,
        ...[...fields].map(([name, bytes]) => `${name} ${Buffer.from(bytes)}`).sort(),
      ])
      .sort(),
    filed: [...world.parts.index.filed].sort(),
  });

  test.each(['fails before', 'fails after'] as const)(
    'at any one call that %s its effect, the same is left',
    async (how) => {
      const whole = new World();
      await story(whole);
      const expected = effect(whole);
      expect(expected.told.map(([source, phase]) => `${source} ${phase}`)).toEqual(TOLD);
      const warmUp = new World();
      await warmUp.run(12, six, () => true);
      for (let broken = warmUp.parts.calls; broken <= whole.parts.calls; broken++) {
        const world = new World();
        world.parts.fate = (call) => (call === broken ? how : 'works');
        await story(world);
        expect({ broken, ...effect(world) }).toEqual({ broken, ...expected });
      }
    },
  );

  test('and at many calls, with two runs of the watch at once', async () => {
    const whole = new World();
    await story(whole);
    const expected = effect(whole);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(20)), async (dice) => {
        const world = new World();
        let faults = 0;
        world.parts.fate = () => {
          const roll = faults < 60 ? dice.next().value : 20;
          if (roll < 2) faults += 1;
          return roll === 0 ? 'fails before' : roll === 1 ? 'fails after' : 'works';
        };
        const once = world.watch.bind(world);
        world.watch = async () => void (await Promise.all([once(), once()]));
        await story(world);
        expect(effect(world)).toEqual(expected);
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  test('a batch that brings a source back while its silence is being decided starts again, and ends it', async () => {
    const world = new World();
    await world.run(40, ten, () => true);
    await world.run(6, ten, (source) => source !== 'pump-3');
    // The batch has loaded the source's state and is about to store its row; the watch decides; the batch goes on.
    const back = streamRecord(wirePoint({ source: 'pump-3', timestamp: world.now + 45 * S }), 1_000, {
      arrival: world.now + 45 * S,
    });
    const { store } = world.parts.services;
    let isFirst = true;
    const writePoints: typeof store.writePoints = async (rows) => {
      if (isFirst) {
        isFirst = false;
        world.now += 25 * S;
        await world.watch();
      }
      await store.writePoints(rows);
    };
    const services = { ...world.parts.services, store: { ...store, writePoints } };
    expect(await detectAnomalies([back], services)).toEqual([{ done: true }]);
    expect(world.told().map(([source, phase]) => [source, phase])).toEqual([
      ['pump-3', 'opened'],
      ['pump-3', 'closed'],
    ]);
    expect(Buffer.from(world.parts.states.get('pump-3')!.get(CHECKPOINT_FIELD)!).toString()).toMatch(/]$/);
  });
});

describe('cost', () => {
  test.each([
    ['all are healthy', ten, ['silence.shards', 'silence.due', 'cache.load'], 1],
    [
      'one is missed',
      ten.slice(1),
      [
        ...['silence.shards', 'silence.due', 'cache.load', 'cache.commit'],
        ...['store.anomalies', 'topic', 'cache.commit', 'silence.refile'],
      ],
      2,
    ],
  ])(
    '100,000 healthy sources more cost no call more, and no state is read of them: %s',
    async (_, speaking, calls, states) => {
      for (const healthy of [0, 100_000]) {
        const world = new World();
        await world.run(40, ten, () => true);
        await world.run(6, ten, (source) => speaking.includes(source));
        for (let i = 0; i < healthy; i++) world.parts.index.filed.set(`healthy-${i}`, world.now + MINUTE);
        const seen: string[] = [];
        world.parts.fate = (_call, part) => {
          seen.push(part);
          return 'works';
        };
        let read = 0;
        const { cache } = world.parts.services;
        const load = (sources: readonly string[]) => {
          read += sources.length;
          return cache.load(sources);
        };
        world.now += 25 * S;
        await watchSilence({ ...world.watchServices, cache: { ...cache, load } });
        expect({ healthy, seen, read }).toEqual({ healthy, seen: calls, read: states });
      }
    },
  );

  test('a source that keeps reporting is filed anew at every third point', async () => {
    const world = new World();
    await world.run(40, ten, () => true);
    let filed = 0;
    world.parts.fate = (_, part) => {
      if (part === 'silence.file') filed += 1;
      return 'works';
    };
    await world.run(30, ['pump-0'], () => true);
    expect(filed).toBeLessThanOrEqual(10);
  });
});

/** A metric's state whose episode, of a severe value, is open with two transitions. */
function openEpisode(): Uint8Array {
  const bytes = new Uint8Array(FULL_BYTES);
  bytes[VERSION] = 1;
  new Uint16Array(bytes.buffer)[EPISODE.transition] = 2;
  new Float64Array(bytes.buffer)[EPISODE.opened] = ARRIVAL;
  new Float32Array(bytes.buffer)[EPISODE.strongest] = 0.75;
  return bytes;
}
