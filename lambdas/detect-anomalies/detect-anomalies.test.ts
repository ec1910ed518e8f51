import fc from 'fast-check';
import { FEATURES } from '../../shared/detection/model';
import { ModelMismatch, ModelPaused, RowsRefused, type Scorer, TransientFault } from '../../shared/detection/ports';
import type { Observation, OpenSourceDetector } from '../../shared/detection/source-detector';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { detectAnomalies } from './detect-anomalies';

/** Delivers as Lambda does: again from the first record that is not done, until all are. */
async function deliver(records: readonly StreamRecord[], parts: MemoryParts, attemptsMax = 50): Promise<void> {
  let rest = records;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const outcomes = await detectAnomalies(rest, parts.services);
    const failed = outcomes.findIndex(({ done }) => !done);
    if (failed < 0) return;
    rest = rest.slice(failed);
  }
  throw new Error('never done');
}

/** Records of three sources, some points anomalous, some records of several sources, some poison. */
const stream: readonly StreamRecord[] = Array.from({ length: 24 }, (_, i) => {
  const timestamp = ARRIVAL - 100_000 + i * 1000;
  const point = (source: string) => wirePoint({ source, timestamp, metrics: { a: i % 7 === 0 ? 500 + i : i, b: -i } });
  if (i % 11 === 5) return streamRecord('{"source":', i);
  if (i % 5 === 0) return streamRecord([point('x'), point('y'), { source: 'x' }], i);
  return streamRecord(point(['x', 'y', 'z'][i % 3]!), i);
});

const batches = [stream.slice(0, 9), stream.slice(9, 17), stream.slice(17)];

async function faultFree(): Promise<MemoryParts> {
  const parts = new MemoryParts();
  for (const batch of batches) await deliver(batch, parts);
  return parts;
}

/** Everything that outlives a run, in a form that compares. */
function remains(parts: MemoryParts) {
  return {
    states: [...parts.states]
      .map(([source, fields]) => [
        source,
        [...fields].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
      ])
      .sort(),
    rows: [...parts.rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { degraded, features, versions, ...row }]) => row),
    events: [...parts.stored.keys()].sort(),
    published: [...new Set(parts.published.map(({ id }) => id))].sort(),
    quarantined: [...parts.quarantined.keys()].sort(),
    filed: [...parts.index.filed].sort(),
    progress: parts.index.shards(),
  };
}

describe('without faults', () => {
  test('every value is stored, every bad element quarantined, every anomaly published once', async () => {
    const parts = await faultFree();
    expect(parts.rows.size).toBe(2 * (22 + 4));
    expect(parts.quarantined.size).toBe(2 + 4);
    expect(parts.published.map(({ id }) => id)).toEqual([...parts.stored.keys()]);
    expect(parts.published.length).toBeGreaterThan(3);
    expect(parts.problems).toEqual([]);
  });

  test('a batch costs one call of each part, whatever the number of sources', async () => {
    const parts = new MemoryParts();
    const seen: string[] = [];
    parts.fate = (_, part) => {
      seen.push(part);
      return 'works';
    };
    await detectAnomalies(batches[0]!, parts.services);
    const once = seen.splice(0);
    await detectAnomalies([...batches[1]!, streamRecord('poison', 99)], parts.services);
    expect(parts.lookUps).toBe(1);
    expect(seen).toEqual(once);
    expect(seen).toEqual([
      'quarantine',
      'cache.load',
      'scorer',
      'store.anomalies',
      'store.points',
      'topic',
      'cache.commit',
      'silence.progress',
    ]);
  });

  test('rows carry where they came from and what judged them', async () => {
    const parts = new MemoryParts();
    await detectAnomalies([streamRecord([wirePoint(), wirePoint({ timestamp: ARRIVAL + 1 })], 77)], parts.services);
    expect([...parts.rows.values()][1]).toMatchObject({
      sequence: '77',
      index: 1,
      shard: 'shardId-000000000000',
      versions: { model: 'endpoint-1', settings: 1, schema: 1 },
      degraded: false,
    });
  });

  test('a record of many bad elements is kept in quarantine once, and each element is named', async () => {
    const parts = new MemoryParts();
    const record = streamRecord(Array.from({ length: 500 }, () => ({ source: 'x' })));
    await detectAnomalies([record], parts.services);
    const objects = [...parts.quarantined.values()];
    expect(objects.map(({ index }) => index)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(objects.filter(({ body }) => body !== '')).toMatchObject([{ index: 0, truncated: false }]);
    expect(objects[1]).toMatchObject({ sequence: record.sequence, truncated: true });
  });

  test('counts tell what became of the batch', async () => {
    const parts = new MemoryParts();
    await detectAnomalies([streamRecord([wirePoint(), 5]), streamRecord('nonsense', 2)], parts.services);
    await detectAnomalies([streamRecord([wirePoint(), 5])], parts.services);
    expect(parts.batches).toMatchObject([
      { records: 2, points: 1, values: 1, rejected: 2, absorbedBefore: 0, failedRecords: 0 },
      { records: 1, points: 0, values: 0, rejected: 1, absorbedBefore: 1, failedRecords: 0 },
    ]);
  });
});

describe('effectively once', () => {
  test.each(['fails before', 'fails after'] as const)(
    'any one call that %s its effect leaves what a run without faults leaves',
    async (how) => {
      const expected = remains(await faultFree());
      const { calls } = await faultFree();
      for (let broken = 1; broken <= calls; broken++) {
        const parts = new MemoryParts();
        parts.fate = (call) => (call === broken ? how : 'works');
        for (const batch of batches) await deliver(batch, parts);
        expect({ broken, ...remains(parts) }).toEqual({ broken, ...expected });
      }
    },
  );

  test('any sequence of faults, duplicate and overlapping deliveries leaves the same', async () => {
    const expected = remains(await faultFree());
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom('works', 'works', 'works', 'fails before', 'fails after')),
        fc.infiniteStream(fc.constantFrom('once', 'twice', 'from an earlier record', 'concurrently')),
        async (fates, deliveries) => {
          const parts = new MemoryParts();
          let faults = 0;
          parts.fate = () => {
            const fate = faults < 40 ? (fates.next().value as 'works') : 'works';
            if (fate !== 'works') faults += 1;
            return fate;
          };
          let start = 0;
          for (const batch of batches) {
            const how = deliveries.next().value;
            const again =
              how === 'from an earlier record' ? stream.slice(Math.max(0, start - 4), start + batch.length) : batch;
            if (how === 'concurrently') await Promise.all([deliver(batch, parts, 500), deliver(batch, parts, 500)]);
            else await deliver(again, parts, 500);
            if (how === 'twice') await deliver(batch, parts, 500);
            start += batch.length;
          }
          expect(remains(parts)).toEqual(expected);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  test('a stream made anew does not look old', async () => {
    const parts = new MemoryParts();
    await detectAnomalies([streamRecord(wirePoint(), 100)], parts.services);
    await detectAnomalies(
      [streamRecord(wirePoint({ timestamp: ARRIVAL + 1 }), 1, { stream: 'another' })],
      parts.services,
    );
    expect(parts.rows.size).toBe(2);
  });

  test('a source that goes back and forth between shards loses no point and is counted as misrouted', async () => {
    const parts = new MemoryParts();
    const onShard = (shard: number, i: number) =>
      streamRecord(wirePoint({ timestamp: ARRIVAL + i }), 100 + i, { shard: `shardId-00000000000${shard}` });
    for (const record of [onShard(0, 1), onShard(1, 2), onShard(0, 3)]) await detectAnomalies([record], parts.services);
    expect(parts.rows.size).toBe(3);
    expect(parts.batches.map(({ misrouted }) => misrouted)).toEqual([0, 0, 1]);
  });
});

describe('when a part fails', () => {
  test('the endpoint: the built-in model scores, rows say so and keep their vector', async () => {
    const parts = new MemoryParts();
    parts.fate = (_, part) => (part === 'scorer' ? 'fails before' : 'works');
    const outcomes = await detectAnomalies([streamRecord(wirePoint({ metrics: { a: 900 } }))], parts.services);
    expect(outcomes).toEqual([{ done: true }]);
    expect([...parts.rows.values()]).toMatchObject([
      { degraded: true, isAnomaly: true, features: { length: FEATURES.length }, versions: { model: 'built-in-0' } },
    ]);
    expect(parts.published).toMatchObject([{ degraded: true }]);
  });

  test.each<[string, Error, string[], number]>([
    ['is the wrong one', new ModelMismatch('another schema'), ['model mismatch: another schema'], 1],
    ['is left alone, as was told when that began', new ModelPaused('endpoint', 'left alone'), [], 0],
    ['is down', new TransientFault('endpoint', 'down'), ['score: endpoint: down'], 0],
  ])('the model %s: degraded, and told apart', async (_, error, problems, modelMismatches) => {
    const parts = new MemoryParts();
    const scorer = { score: () => Promise.reject(error) };
    await detectAnomalies([streamRecord(wirePoint())], { ...parts.services, scorer });
    expect([...parts.rows.values()]).toMatchObject([{ degraded: true }]);
    expect(parts.problems).toEqual(problems);
    expect(parts.batches).toMatchObject([{ degraded: 1, modelMismatches }]);
  });

  test('the endpoint has half of the time that is left', async () => {
    const parts = new MemoryParts();
    const asked: (number | undefined)[] = [];
    const scorer: Scorer = {
      score: (vectors, withinMs) => {
        asked.push(withinMs);
        return parts.services.scorer.score(vectors);
      },
    };
    await detectAnomalies([streamRecord(wirePoint())], { ...parts.services, scorer }, () => 8_000);
    expect(asked).toEqual([4_000]);
  });

  test('what nobody was to score is not degraded when the endpoint fails', async () => {
    const parts = new MemoryParts();
    parts.fate = (_, part) => (part === 'scorer' ? 'fails before' : 'works');
    const openDetector: OpenSourceDetector = (...given) => {
      const detector = parts.services.openDetector(...given);
      const unscored = (observation: Observation) =>
        observation.metric === 'b'
          ? { ...observation, standing: 'too-late' as const, features: undefined }
          : observation;
      return {
        ...detector,
        advance: (point) => detector.advance(point).map(unscored),
        conclude: (point, observations, scores, context) =>
          detector.conclude(point, observations, [...scores, { anomaly: 0, alarm: 0 }], context),
      };
    };
    const services = { ...parts.services, openDetector };
    await detectAnomalies([streamRecord(wirePoint({ metrics: { a: 1, b: 1 } }))], services);
    expect([...parts.rows.values()].map(({ metric, degraded }) => [metric, degraded])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(parts.batches).toMatchObject([{ degraded: 1 }]);
  });

  test.each(['cache.load', 'cache.commit', 'store.points', 'topic'])('%s: the records come back', async (broken) => {
    const parts = new MemoryParts();
    parts.fate = (_, part) => (part === broken ? 'fails before' : 'works');
    const outcomes = await detectAnomalies(
      [streamRecord('poison', 1), streamRecord(wirePoint({ metrics: { a: 900 } }), 2)],
      parts.services,
    );
    expect(outcomes.map(({ done }) => done)).toEqual([true, false]);
    expect(parts.problems).toEqual([`batch: ${broken}: failed on purpose, before`]);
  });

  test('the quarantine: only the records it should have taken come back', async () => {
    const parts = new MemoryParts();
    parts.fate = (_, part) => (part === 'quarantine' ? 'fails before' : 'works');
    const outcomes = await detectAnomalies([streamRecord('poison', 1), streamRecord(wirePoint(), 2)], parts.services);
    expect(outcomes.map(({ done }) => done)).toEqual([false, true]);
  });

  test('the store, for one row that it can never keep: that row is quarantined with the reason, the others go on', async () => {
    const parts = new MemoryParts();
    const { store } = parts.services;
    const writePoints: typeof store.writePoints = async (rows) => {
      const refused = rows.filter(({ value }) => value === 13).map((row) => ({ row, reason: 'bad luck' }));
      await store.writePoints(rows.filter(({ value }) => value !== 13));
      if (refused.length > 0) throw new RowsRefused(refused);
    };
    const services = { ...parts.services, store: { ...store, writePoints } };
    const points = [13, 14].map((value, i) => wirePoint({ timestamp: ARRIVAL + i, metrics: { m: value } }));
    expect(await detectAnomalies([streamRecord(points, 5)], services)).toEqual([{ done: true }]);
    expect([...parts.rows.values()].map(({ value }) => value)).toEqual([14]);
    expect([...parts.quarantined.values()]).toMatchObject([
      { reason: 'not-storable', field: 'metrics.m', message: 'bad luck', sequence: '5', index: 0 },
    ]);
  });

  test('the store, for all rows of a record: quarantine has its body once, and one object for each point', async () => {
    const parts = new MemoryParts();
    const writePoints: typeof parts.services.store.writePoints = async (rows) => {
      throw new RowsRefused(rows.map((row) => ({ row, reason: 'too old' })));
    };
    const services = { ...parts.services, store: { ...parts.services.store, writePoints } };
    const points = [1, 2, 3].map((i) => wirePoint({ timestamp: ARRIVAL + i, metrics: { a: i, b: i } }));
    expect(await detectAnomalies([streamRecord(points, 5)], services)).toEqual([{ done: true }]);
    const objects = [...parts.quarantined.values()];
    expect(objects.map(({ index, truncated }) => [index, truncated])).toEqual([
      [0, false],
      [1, true],
      [2, true],
    ]);
    expect(objects.filter(({ body }) => body !== '')).toHaveLength(1);
    expect(parts.batches).toMatchObject([{ rejected: 3 }]);
  });

  test('a state that cannot be read: its source starts anew, marked as warming, the others are untouched', async () => {
    const parts = new MemoryParts();
    parts.states.set('broken', new Map([['digest', new Uint8Array(5)]]));
    const outcomes = await detectAnomalies(
      [streamRecord([wirePoint({ source: 'broken' }), wirePoint()])],
      parts.services,
    );
    expect(outcomes).toEqual([{ done: true }]);
    expect([...parts.rows.values()].map(({ source, warming }) => [source, warming]).sort()).toEqual([
      ['broken', true],
      ['pump-17', false],
    ]);
    expect(parts.batches[0]).toMatchObject({ stateLost: 1 });
  });

  test('a checkpoint that cannot be read: the same', async () => {
    const parts = new MemoryParts();
    parts.states.set('pump-17', new Map([['checkpoint', new Uint8Array([1, 2])]]));
    expect(await detectAnomalies([streamRecord(wirePoint())], parts.services)).toEqual([{ done: true }]);
    expect([...parts.rows.values()]).toMatchObject([{ warming: true }]);
    expect(await detectAnomalies([streamRecord(wirePoint())], parts.services)).toEqual([{ done: true }]);
    expect(parts.batches.map(({ stateLost, absorbedBefore }) => [stateLost, absorbedBefore])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('the engine on one source: that source fails alone', async () => {
    const parts = new MemoryParts();
    const { openDetector } = parts.services;
    const services = {
      ...parts.services,
      openDetector: ((source, settings, fields) => {
        const detector = openDetector(source, settings, fields);
        return source === 'cursed'
          ? {
              ...detector,
              advance: () => {
                throw new Error('defect');
              },
            }
          : detector;
      }) satisfies typeof openDetector,
    };
    const outcomes = await detectAnomalies(
      [streamRecord(wirePoint({ source: 'cursed' }), 1), streamRecord(wirePoint(), 2)],
      services,
    );
    expect(outcomes.map(({ done }) => done)).toEqual([false, true]);
  });

  test('how far shards were taken could not be told: it is when the last record of each comes back', async () => {
    const parts = new MemoryParts();
    const batch = ['parent', 'parent', 'child', 'child'].map((shard, i) => streamRecord(wirePoint(), i + 1, { shard }));
    parts.fate = (_, part) => (part === 'silence.progress' ? 'fails before' : 'works');
    const outcomes = await detectAnomalies(batch, parts.services);
    expect(outcomes.map(({ done }) => done)).toEqual([true, false, true, false]);
    parts.fate = () => 'works';
    await deliver(batch.slice(1), parts);
    const told = (await parts.index.shards()).map(({ shard, sequence }) => [shard, sequence]);
    expect(told).toEqual([
      ['parent', '2'],
      ['child', '4'],
    ]);
  });

  test('the same source is committed by others for ever: the record comes back instead of looping', async () => {
    const parts = new MemoryParts();
    const { cache } = parts.services;
    const services = {
      ...parts.services,
      cache: { ...cache, commit: async (commits: readonly unknown[]) => commits.map(() => false) },
    };
    const outcomes = await detectAnomalies([streamRecord(wirePoint())], services);
    expect(outcomes.map(({ done }) => done)).toEqual([false]);
    expect(parts.batches[0]).toMatchObject({ recomputed: 1, points: 0, failedRecords: 1 });
  });
});

describe('time', () => {
  test.each([
    ['years ahead of its arrival is quarantined', ARRIVAL + 5 * 365 * 86_400_000, 'too-far-in-future'],
    ['a minute ahead of its arrival is stored', ARRIVAL + 60_000, undefined],
    ['years behind its arrival is stored, as from a file', ARRIVAL - 5 * 365 * 86_400_000, undefined],
  ])('a point %s', async (_, timestamp, reason) => {
    const parts = new MemoryParts();
    await detectAnomalies([streamRecord(wirePoint({ timestamp }))], parts.services);
    expect([...parts.quarantined.values()].map((object) => object.reason)).toEqual(
      reason === undefined ? [] : [reason],
    );
    expect(parts.rows.size).toBe(reason === undefined ? 1 : 0);
  });

  test('a limit on age holds where it is set', async () => {
    const parts = new MemoryParts();
    const settings = {
      ...parts.services.settings,
      defaults: { ...parts.services.settings.defaults, allowedAgeMs: 3_600_000 },
    };
    await detectAnomalies([streamRecord(wirePoint({ timestamp: ARRIVAL - 7_200_000 }))], {
      ...parts.services,
      settings,
    });
    expect([...parts.quarantined.values()]).toMatchObject([{ reason: 'too-far-in-past', field: 'timestamp' }]);
  });
});
