import fc from 'fast-check';
import { builtInModel } from '../../shared/detection/built-in-model';
import { FEATURES, type FeatureVector, type ModelScore } from '../../shared/detection/model';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import { ModelMismatch, RowsRefused, type Scorer, TransientFault } from '../../shared/detection/ports';
import { SettingsSchema } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { rescoringParts, visibleRows } from '../../test/factories/rescoring-parts';
import { seeded } from '../../test/faults/plan';
import { detectAnomalies } from '../detect-anomalies/detect-anomalies';
import { rescoreDegraded } from './rescore-degraded';
import type { Services } from './services';

/** Two sources; every third value is an anomaly for the built-in model of the memory parts. */
const records: readonly StreamRecord[] = Array.from({ length: 12 }, (_, i) => {
  const timestamp = ARRIVAL - 100_000 + i * 1000;
  const metrics = { a: i % 3 === 0 ? 500 + i : i, b: i % 4 === 1 ? 300 : i };
  return streamRecord(
    ['x', 'y'].map((source) => wirePoint({ source, timestamp, metrics, tags: { site: 'b' } })),
    i,
  );
});
const outage = { from: 3, to: 9 };

/** What the memory parts' endpoint says. */
const same = ([first = 0]: FeatureVector): ModelScore => ({
  anomaly: first / (first + 1.3),
  alarm: first / (first + 1.3),
});
/** Finds only what is above 400 strange. */
const strict = (vector: FeatureVector): ModelScore => (vector[0]! > 400 ? same(vector) : { anomaly: 0.3, alarm: 0.3 });

/** The stream through detection, one record a batch, with the endpoint away for some of them. */
async function detected(isAway: (record: number) => boolean): Promise<MemoryParts> {
  const parts = new MemoryParts();
  for (let i = 0; i < records.length; i++) await detectOne(parts, i, isAway(i));
  return parts;
}

async function detectOne(parts: MemoryParts, record: number, isAway: boolean): Promise<void> {
  const scorer = isAway
    ? { score: () => Promise.reject(new TransientFault('endpoint', 'away')) }
    : parts.services.scorer;
  for (let tries = 0; tries < 50; tries++) {
    const outcomes = await detectAnomalies([records[record]!], { ...parts.services, scorer });
    if (outcomes.every(({ done }) => done)) return;
  }
  throw new Error('never done');
}

const afterOutage = () => detected((i) => i >= outage.from && i < outage.to);

/** Runs until nothing is left, as the schedule does. */
async function untilNothingLeft(services: Services, runsMax = 200): Promise<void> {
  for (let run = 0; run < runsMax; run++) {
    const counts = await rescoreDegraded(services).catch(() => undefined);
    if (counts?.ended === 'nothing-left') return;
  }
  throw new Error('never done');
}

/** Everything that outlives the runs. */
function remains(parts: MemoryParts) {
  return {
    rows: visibleRows(parts),
    revisions: parts.rows.size,
    events: [...parts.stored.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    published: [...new Set(parts.published.map(({ id }) => id))].sort(),
  };
}

const corrections = (parts: MemoryParts) => [...parts.stored.values()].filter(({ phase }) => phase === 'corrected');

describe('with the endpoint back', () => {
  test('rows are as if it had never been away, apart from their revision', async () => {
    const parts = await afterOutage();
    const { services, runs } = rescoringParts(parts, same);
    await untilNothingLeft(services);
    const undisturbed = visibleRows(await detected(() => false));
    expect(visibleRows(parts).map((row) => ({ ...row, revision: 0 }))).toEqual(undisturbed);
    expect(visibleRows(parts).filter(({ revision }) => revision === 1)).toHaveLength(4 * 6);
    expect(runs).toEqual([
      { rows: 24, corrected: 6, raised: 0, takenBack: 0, refused: 0, unanswered: 0, ended: 'nothing-left' },
    ]);
  });

  test('what was told while it was away is corrected: same episode, scores of now, not degraded', async () => {
    const parts = await afterOutage();
    const sent = [...parts.stored.values()].filter(({ degraded }) => degraded);
    expect(sent).toHaveLength(6);
    await untilNothingLeft(rescoringParts(parts, same).services);
    const told = corrections(parts);
    expect(told).toHaveLength(6);
    for (const event of sent) {
      expect(told).toContainEqual({
        ...event,
        id: expect.not.stringMatching(event.id),
        phase: 'corrected',
        severity: 'critical',
        contributions: expect.any(Array),
        versions: { model: 'endpoint-1', settings: 1, schema: 1 },
        degraded: false,
      });
    }
    expect(parts.published.slice(-6).map(({ id }) => id)).toEqual(told.map(({ id }) => id));
  });

  test('an anomaly that is none for the model is taken back', async () => {
    const parts = await afterOutage();
    const { services, runs } = rescoringParts(parts, strict);
    await untilNothingLeft(services);
    expect(runs).toMatchObject([{ rows: 24, corrected: 6, raised: 0, takenBack: 2 }]);
    const takenBack = corrections(parts).filter(({ alarmScore, threshold }) => alarmScore < threshold);
    expect(takenBack.map(({ source, metric, contributions }) => [source, metric, contributions])).toEqual(
      ['x', 'y'].map((source) => [source, 'b', []]),
    );
    expect([...parts.stored.values()].filter(({ phase }) => phase === 'opened')).toHaveLength(14);
  });

  test('nothing more happens when it runs again', async () => {
    const parts = await afterOutage();
    const { services } = rescoringParts(parts, strict);
    await untilNothingLeft(services);
    const before = remains(parts);
    const published = parts.published.length;
    expect(await rescoreDegraded(services)).toMatchObject({ rows: 0, corrected: 0, ended: 'nothing-left' });
    expect(remains(parts)).toEqual(before);
    expect(parts.published).toHaveLength(published);
  });
});

describe('vectors that the model does not score', () => {
  /** The endpoint of the memory parts, with a fault of whatever call holds one of these rows. */
  function choosy(parts: MemoryParts, isBad: (value: number) => boolean, error: () => Error) {
    let calls = 0;
    const bad = visibleRows(parts).filter(({ degraded, value }) => degraded && isBad(value));
    const texts = new Set(bad.map(({ features }) => JSON.stringify(features)));
    const { services, runs, problems } = rescoringParts(parts, same, { pageRows: 100 });
    const scorer: Scorer = {
      score: async (vectors) => {
        calls += 1;
        if (vectors.some((vector) => texts.has(JSON.stringify(vector)))) throw error();
        return { scores: vectors.map(same), model: 'endpoint-1' };
      },
    };
    return { services: { ...services, scorer }, bad, runs, problems, calls: () => calls };
  }
  /** Of the memory parts' detector: vectors differ only above 100. */
  const oneKind = (value: number) => value === 503;

  test('one that is refused keeps none of the others, stays degraded for good, and is not asked for again', async () => {
    const parts = await afterOutage();
    const { services, bad, runs, problems, calls } = choosy(parts, oneKind, () => new ModelMismatch('no score'));
    expect(bad).toHaveLength(2);
    await untilNothingLeft(services);
    expect(runs).toMatchObject([{ rows: 22, refused: 2, unanswered: 0, ended: 'nothing-left' }]);
    expect(problems).toEqual([
      'model mismatch: no score',
      'a vector is refused: no score',
      'a vector is refused: no score',
    ]);
    expect(calls()).toBeLessThan(2 + 2 * (3 + 2 * Math.log2(24)));
    const left = visibleRows(parts).filter(({ degraded }) => degraded);
    expect(left).toEqual(bad.map(({ features: _, bar: __, ...row }) => ({ ...row, revision: 1 })));
    const before = calls();
    await untilNothingLeft(services);
    expect(calls()).toBe(before);
  });

  test('one that has no answer for now waits for the next run, and the others do not', async () => {
    const parts = await afterOutage();
    let isIll = true;
    const { services, runs } = choosy(
      parts,
      (value) => isIll && oneKind(value),
      () => new TransientFault('endpoint', '500'),
    );
    expect(await rescoreDegraded(services)).toMatchObject({ rows: 22, unanswered: 2, ended: 'some-unanswered' });
    isIll = false;
    await untilNothingLeft({ ...services, scorer: rescoringParts(parts, same).services.scorer });
    expect(runs.at(-1)).toMatchObject({ rows: 2, ended: 'nothing-left' });
    expect(visibleRows(parts).some(({ degraded }) => degraded)).toBe(false);
  });

  test('a model that scores next to nothing is at fault itself: the run ends, and vectors are kept', async () => {
    const points = Array.from({ length: 60 }, (_, i) => wirePoint({ timestamp: ARRIVAL - i, metrics: { a: 200 + i } }));
    const parts = new MemoryParts();
    const scorer = { score: () => Promise.reject(new TransientFault('endpoint', 'away')) };
    await detectAnomalies([streamRecord(points.reverse())], { ...parts.services, scorer });
    const { services, runs, calls } = choosy(
      parts,
      () => true,
      () => new ModelMismatch('no score'),
    );
    await rescoreDegraded(services);
    expect(runs).toMatchObject([{ rows: 0, refused: 20, ended: 'model-mismatch' }]);
    expect(calls()).toBeLessThan(20 * (2 + 2 * Math.log2(60)));
    expect(visibleRows(parts).filter(({ features }) => features !== undefined)).toHaveLength(40);
  });

  test('a model that is another one by the time a row stands alone refuses nothing', async () => {
    const parts = await afterOutage();
    const { services, runs } = choosy(
      parts,
      () => true,
      () => new ModelMismatch('no score'),
    );
    let answers = 0;
    const score: Scorer['score'] = async (vectors) => {
      // Scores the neutral vector once, when the page has failed.
      if (vectors.length === 1 && vectors[0]!.every((feature) => feature === 0) && answers++ === 0)
        return { scores: vectors.map(same), model: 'endpoint-1' };
      throw new ModelMismatch('no score');
    };
    await rescoreDegraded({ ...services, scorer: { score } });
    expect(runs).toMatchObject([{ rows: 0, refused: 0, ended: 'model-mismatch' }]);
    expect(visibleRows(parts).filter(({ features }) => features !== undefined)).toHaveLength(24);
  });

  test('time that runs out while it looks for the row at fault: what is scored by then is kept', async () => {
    const parts = await afterOutage();
    const { services, runs, calls } = choosy(parts, oneKind, () => new ModelMismatch('no score'));
    await rescoreDegraded(services, () => (calls() < 5 ? 10_000 : 0));
    expect(runs).toMatchObject([{ ended: 'time-budget' }]);
    await untilNothingLeft(services);
    expect(runs.reduce((sum, { rows }) => sum + rows, 0)).toBe(22);
  });
});

describe('rows of the engine itself', () => {
  test.each([
    ['a threshold', { threshold: 0.45 }],
    ['a rate of false alarms', { falseAlarmsPerWeek: 20 }],
  ])('judged again by the model that judged them, by %s: the same to the bit', async (_, defaults) => {
    const settings = SettingsSchema.parse({ version: 3, defaults });
    const random = seeded(5);
    const points = Array.from({ length: 900 }, (_, i) => {
      const m = 20 + 4 * Math.sin(i / 15) + random() + (i % 140 > 134 ? 3 + 9 * random() : 0);
      return wirePoint({ timestamp: ARRIVAL - 60_000 * (900 - i), metrics: { m } });
    });
    const run = async (scorer: Scorer) => {
      const parts = new MemoryParts();
      const services = { ...parts.services, scorer, settings, openDetector: openSourceDetector, builtIn: builtInModel };
      for (let i = 0; i < 9; i++)
        await detectAnomalies([streamRecord(points.slice(100 * i, 100 * i + 100), i)], services);
      return parts;
    };
    const builtIn = async (vectors: readonly FeatureVector[]) => ({
      scores: vectors.map((vector) => builtInModel.score(vector)),
      model: 'endpoint-1',
    });
    const undisturbed = await run({ score: builtIn });
    const parts = await run({ score: () => Promise.reject(new TransientFault('endpoint', 'away')) });
    const { services } = rescoringParts(parts, (vector) => builtInModel.score(vector));
    await untilNothingLeft(services);
    const rows = visibleRows(parts);
    expect(rows.map((row) => ({ ...row, revision: 0 }))).toEqual(visibleRows(undisturbed));
    expect(rows.filter(({ isAnomaly }) => isAnomaly).length).toBeGreaterThan(0);
    expect(rows.filter(({ alarmScore, isAnomaly }) => alarmScore > 0 && !isAnomaly).length).toBeGreaterThan(0);
  });
});

describe('a verdict that changes where nothing had told of the point', () => {
  const vector = FEATURES.map((_, i) => (i === 0 ? 5 : 0));
  const shape = FEATURES.map((name) => (name === 'shape' ? 5 : name === 'shapeWeight' ? 1 : 0));

  /** One degraded row as the store has it, and what the endpoint's model now says. */
  async function rescored(row: Partial<Parameters<typeof stored>[1]>, alarm: number, events: object[] = []) {
    const parts = new MemoryParts();
    await detectAnomalies([streamRecord(wirePoint({ metrics: { a: 1 } }))], parts.services);
    const [sample] = parts.rows.values();
    parts.rows.clear();
    stored(parts, { ...sample!, degraded: true, features: vector, expected: 60, lower: 59, upper: 61, ...row });
    for (const event of events) {
      const told = { ...SENT, ...event };
      parts.stored.set(told.id, told);
    }
    await untilNothingLeft(rescoringParts(parts, () => ({ anomaly: alarm, alarm })).services);
    return { row: visibleRows(parts)[0]!, told: corrections(parts) };
  }
  function stored(parts: MemoryParts, row: ReturnType<typeof visibleRows>[number]): void {
    parts.rows.set(JSON.stringify([row.source, row.metric, row.timestamp, row.revision]), row);
  }
  const SENT = {
    version: 1 as const,
    id: 'opened',
    episodeId: 'episode',
    transition: 3,
    phase: 'opened' as const,
    kind: 'shape' as const,
    source: 'pump-17',
    metric: 'a',
    tags: { site: 'berlin' },
    timestamp: ARRIVAL - 60_000,
    anomalyScore: 0.6,
    alarmScore: 0.6,
    threshold: 0.5,
    severity: 'medium' as const,
    contributions: [],
    versions: { model: 'm', settings: 1, schema: 1 },
    degraded: false,
    warming: false,
  };

  test('an anomaly nobody knew is an episode of its own', async () => {
    const { row, told } = await rescored({ alarmScore: 0.3 }, 0.75);
    expect(row).toMatchObject({ isAnomaly: true, alarmScore: 0.75, anomalyScore: 0.75, revision: 1, degraded: false });
    expect(row).not.toHaveProperty('features');
    expect(told).toMatchObject([
      { phase: 'corrected', kind: 'value', transition: 1, severity: 'high', expected: 60, lower: 59, upper: 61 },
    ]);
    expect(told[0]!.contributions.map(({ name }) => name)).toEqual(['value']);
  });

  test.each<[string, object[], object]>([
    [
      'the episode that was open',
      [{}],
      { episodeId: 'episode', transition: 3, kind: 'shape', tags: { site: 'berlin' } },
    ],
    [
      'its last event',
      [{}, { id: 'worse', phase: 'updated', transition: 4, timestamp: ARRIVAL - 1 }],
      { episodeId: 'episode', transition: 4 },
    ],
    ['no episode that was closed', [{}, { id: 'closed', phase: 'closed', timestamp: ARRIVAL - 1 }], { transition: 1 }],
    ['no episode of another metric', [{ metric: 'b' }], { transition: 1, tags: {} }],
    ['no episode of another source', [{ source: 'other' }], { transition: 1 }],
    ['no episode of later', [{ timestamp: ARRIVAL + 1 }], { transition: 1 }],
  ])('names %s', async (_, events, expected) => {
    for (const [before, alarm] of [
      [0.3, 0.7],
      [0.7, 0.3],
    ] as const) {
      const { told } = await rescored({ alarmScore: before, isAnomaly: before > 0.5 }, alarm, events);
      expect(told).toMatchObject([expected]);
    }
  });

  test('the kind is what the vector is about', async () => {
    expect((await rescored({ alarmScore: 0.3, features: shape }, 0.75)).told).toMatchObject([{ kind: 'shape' }]);
  });

  test.each<[string, { before: number; alarm: number; threshold: number; hurdle: number }, object]>([
    [
      'held back, not strong enough for the hurdle of then',
      { before: 0, alarm: 0.6, threshold: 0.5, hurdle: 0.6 },
      { alarmScore: 0, isAnomaly: false },
    ],
    [
      'held back, strong enough now',
      { before: 0, alarm: 0.61, threshold: 0.5, hurdle: 0.6 },
      { alarmScore: 0.61, isAnomaly: true },
    ],
    [
      'spoke, too weak now',
      { before: 0.7, alarm: 0.6, threshold: 0.5, hurdle: 0.6 },
      { alarmScore: 0, isAnomaly: false },
    ],
    [
      'spoke, as strong as then, whatever a rounding made of the hurdle',
      { before: 0.6, alarm: 0.6, threshold: 0.5, hurdle: 0.6 },
      { alarmScore: 0.6, isAnomaly: true },
    ],
    [
      'spoke, under the threshold of then',
      { before: 0.4, alarm: 0.79, threshold: 0.8, hurdle: 0 },
      { alarmScore: 0.79, isAnomaly: false },
    ],
    [
      'spoke, at the threshold of then',
      { before: 0.4, alarm: 0.3, threshold: 0.3, hurdle: 0 },
      { alarmScore: 0.3, isAnomaly: true },
    ],
  ])('by the bar that a row has kept: %s', async (_, { before, alarm, ...bar }, after) => {
    const versions = { model: 'built-in', settings: 7, schema: 1 };
    const { row } = await rescored({ alarmScore: before, bar, versions }, alarm);
    expect(row).toMatchObject({ ...after, versions: { model: 'endpoint-1', settings: 7, schema: 1 } });
    expect(row).not.toHaveProperty('bar');
  });

  test('without a bar, what an earlier alarm held back stays held back', async () => {
    const { row, told } = await rescored({ alarmScore: 0, anomalyScore: 0.4 }, 0.9);
    expect(row).toMatchObject({ anomalyScore: 0.9, alarmScore: 0, isAnomaly: false, degraded: false });
    expect(told).toEqual([]);
  });

  test('the same verdict with another score is no news', async () => {
    expect((await rescored({ alarmScore: 0.3 }, 0.4)).told).toEqual([]);
    expect((await rescored({ alarmScore: 0.8, isAnomaly: true }, 0.6)).told).toEqual([]);
  });

  test('what was told with the endpoint’s scores needs no correction', async () => {
    const sent = { timestamp: ARRIVAL, alarmScore: 0.8 };
    const row = { alarmScore: 0.8, isAnomaly: true };
    expect((await rescored(row, 0.6, [{ ...sent, degraded: true }])).told).toMatchObject([{ alarmScore: 0.6 }]);
    expect((await rescored(row, 0.6, [{ ...sent, degraded: false }])).told).toEqual([]);
  });

  test('vectors of another schema stay as they are', async () => {
    const parts = await afterOutage();
    for (const row of parts.rows.values()) row.versions = { ...row.versions, schema: 99 };
    expect(await rescoreDegraded(rescoringParts(parts, same).services)).toMatchObject({
      rows: 0,
      ended: 'nothing-left',
    });
  });
});

describe('bounds', () => {
  test('no more rows than allowed, and the next run goes on', async () => {
    const parts = await afterOutage();
    const { services, runs } = rescoringParts(parts, same, { rowsMax: 9 });
    await untilNothingLeft(services);
    expect(runs.map(({ rows, ended }) => [rows, ended])).toEqual([
      [9, 'rows-budget'],
      [9, 'rows-budget'],
      [6, 'nothing-left'],
    ]);
  });

  test('no page is begun without time for it; scoring has half of what is left', async () => {
    const parts = await afterOutage();
    const { services } = rescoringParts(parts, same);
    const asked: (number | undefined)[] = [];
    const scorer = {
      score: (vectors: readonly FeatureVector[], withinMs?: number) => {
        asked.push(withinMs);
        return services.scorer.score(vectors);
      },
    };
    const left = [900, 800, 300, 200, 99];
    const counts = await rescoreDegraded({ ...services, scorer }, () => left.shift()!);
    expect([counts.rows, counts.ended, asked]).toEqual([10, 'time-budget', [400, 100]]);
  });

  test('rows of older data than wanted stay as they are', async () => {
    const parts = await afterOutage();
    const counts = await rescoreDegraded(rescoringParts(parts, same).services, undefined, ARRIVAL - 95_000);
    expect(counts.rows).toBe(4 * 4);
  });

  test('a store that still shows what was amended makes no run endless', async () => {
    const parts = await afterOutage();
    const { services } = rescoringParts(parts, same);
    const stale = visibleRows(parts).filter(({ degraded }) => degraded);
    const readDegraded: Services['store']['readDegraded'] = async ({ from = 0, limit }) =>
      stale.filter(({ timestamp }) => timestamp >= from).slice(0, limit);
    const counts = await rescoreDegraded({ ...services, store: { ...services.store, readDegraded } });
    expect(counts.ended).toBe('nothing-left');
    expect(counts.rows).toBeGreaterThan(12);
  });
});

describe('faults', () => {
  test.each<[string, Error, string]>([
    ['is away', new TransientFault('endpoint', 'away'), 'model-away'],
    ['does not fit', new ModelMismatch('another schema'), 'model-mismatch'],
  ])('when the model %s, the run ends and says so; nothing was changed', async (_, error, ended) => {
    const parts = await afterOutage();
    const { services, problems } = rescoringParts(parts, same);
    const before = remains(parts);
    const scorer = { score: () => Promise.reject(error) };
    expect(await rescoreDegraded({ ...services, scorer })).toMatchObject({ rows: 0, ended });
    expect(remains(parts)).toEqual(before);
    expect(problems).toHaveLength(1);
  });

  test('what the store never takes does not hold up the rest', async () => {
    const parts = await afterOutage();
    const { services, problems } = rescoringParts(parts, same);
    const writePoints: Services['store']['writePoints'] = async (rows) => {
      const refused = rows.filter(({ source }) => source === 'x');
      await services.store.writePoints(rows.filter(({ source }) => source !== 'x'));
      if (refused.length > 0) throw new RowsRefused(refused.map((row) => ({ row, reason: 'no' })));
    };
    expect((await rescoreDegraded({ ...services, store: { ...services.store, writePoints } })).ended).toBe(
      'nothing-left',
    );
    expect(visibleRows(parts).filter(({ degraded, source }) => degraded && source === 'y')).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  test.each(['fails before', 'fails after'] as const)(
    'any one call that %s its effect, and running again, leaves what a run without faults leaves',
    async (how) => {
      const peaceful = await afterOutage();
      await untilNothingLeft(rescoringParts(peaceful, strict).services);
      const expected = remains(peaceful);
      const { calls } = peaceful;
      const first = (await afterOutage()).calls;
      expect(calls - first).toBeGreaterThan(20);
      for (let broken = first + 1; broken <= calls; broken++) {
        const parts = await afterOutage();
        parts.fate = (call) => (call === broken ? how : 'works');
        await untilNothingLeft(rescoringParts(parts, strict).services);
        expect({ broken, ...remains(parts) }).toEqual({ broken, ...expected });
      }
    },
  );

  test('any sequence of faults, runs at once and beside the live path, leaves the same', async () => {
    const peaceful = await afterOutage();
    await untilNothingLeft(rescoringParts(peaceful, strict).services);
    const expected = remains(peaceful);
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom('works', 'works', 'works', 'fails before', 'fails after')),
        fc.array(fc.nat(3), { minLength: records.length, maxLength: records.length }),
        async (fates, runsBeside) => {
          const parts = new MemoryParts();
          let faults = 0;
          parts.fate = () => {
            const fate = faults < 60 ? (fates.next().value as 'works') : 'works';
            if (fate !== 'works') faults += 1;
            return fate;
          };
          const { services } = rescoringParts(parts, strict, { pageRows: 3 });
          for (let i = 0; i < records.length; i++) {
            const isAway = i >= outage.from && i < outage.to;
            // The endpoint is asked by detection through a scorer of its own, which here never fails by chance.
            const beside = Array.from({ length: runsBeside[i]! }, () =>
              rescoreDegraded(services).catch(() => undefined),
            );
            await Promise.all([detectSurely(parts, i, isAway), ...beside]);
          }
          await untilNothingLeft(services);
          expect(remains(parts)).toEqual(expected);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });
});

/** As {@link detectOne}, but whether a record is degraded does not depend on injected faults. */
async function detectSurely(parts: MemoryParts, record: number, isAway: boolean): Promise<void> {
  const scorer = {
    score: async (vectors: readonly FeatureVector[]) => {
      if (isAway) throw new TransientFault('endpoint', 'away');
      return { scores: vectors.map(same), model: 'endpoint-1' };
    },
  };
  for (let tries = 0; tries < 200; tries++) {
    const outcomes = await detectAnomalies([records[record]!], { ...parts.services, scorer });
    if (outcomes.every(({ done }) => done)) return;
  }
  throw new Error('never done');
}
