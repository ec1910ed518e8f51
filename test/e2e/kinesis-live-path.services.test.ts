import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { toKinesisEvent } from '../../apps/local/stream/mapping/event';
import { type ModelServer, startModelServer } from '../../apps/model-server/server';
import { createHandler } from '../../lambdas/detect-anomalies/create-handler';
import { addCounts, type BatchCounts, zeroCounts } from '../../lambdas/detect-anomalies/services';
import { openDuckDbStore } from '../../shared/adapters/embedded/duckdb-store';
import { createTopic } from '../../shared/adapters/embedded/topic';
import { createKinesisClient } from '../../shared/adapters/kinesis/kinesis-client';
import { createKinesisProducer, type KinesisProducer } from '../../shared/adapters/kinesis/kinesis-producer';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { DataPoint } from '../../shared/domain/data-point';
import { compareSequences } from '../../shared/domain/position';
import { createTestStream, type TestStream } from './kinesis-stream';

const endpointUrl = process.env['AWS_ENDPOINT_URL'];
if (endpointUrl === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');

const folder = mkdtempSync(path.join(tmpdir(), 'kinesis-'));
const client = createKinesisClient({ endpointUrl, region: 'eu-central-1', callTimeoutMs: 10_000, concurrency: 4 });
let stream: TestStream;
let producer: KinesisProducer;
let modelServer: ModelServer;
beforeAll(async () => {
  modelServer = await startModelServer({ model: () => builtInModel, port: 0, host: '127.0.0.1' });
});
beforeEach(async () => {
  stream = await createTestStream(client, `points-${process.pid}-${Date.now()}`, 3);
  producer = createKinesisProducer({
    stream: stream.name,
    endpointUrl,
    region: 'eu-central-1',
    pointsPerRecordMax: 20,
  });
});
afterEach(async () => {
  await producer.close();
  await stream.remove();
});
afterAll(async () => {
  client.destroy();
  await modelServer.close();
  rmSync(folder, { recursive: true });
});

const SOURCES = 30;
const POINTS = 200;
/** Points of each source a second apart and ending now; the first source leaps near its end. */
function fleet(): DataPoint[] {
  const begin = Date.now() - POINTS * 1_000;
  return Array.from({ length: SOURCES * POINTS }, (_, i) => {
    const n = Math.floor(i / SOURCES);
    const source = `pump-${i % SOURCES}`;
    const wave = Math.sin(n / 3) + ((n * 7919 + i) % 13) / 13;
    const leap = i % SOURCES === 0 && n > POINTS - 10 ? 500 : 0;
    return { source, timestamp: begin + n * 1_000, metrics: { temperature: 70 + wave + leap }, tags: {} };
  });
}

test('the stream holds every record under its own sequence number, each source on one shard and in order', async () => {
  const points = fleet();
  const positions = await producer.put(points);
  const shards = await stream.readAll();
  const stored = [...shards].flatMap(([shard, records]) => records.map(({ sequence }) => `${shard} ${sequence}`));
  expect(stored.sort()).toEqual(positions.map(({ shard, sequence }) => `${shard} ${sequence}`).sort());
  expect([...shards.values()].filter(({ length }) => length > 0)).toHaveLength(3);
  const read = new Map<string, DataPoint[]>();
  for (const records of shards.values()) {
    records.slice(1).forEach(({ sequence }, i) => {
      expect(compareSequences(records[i]!.sequence, sequence)).toBeLessThan(0);
    });
    for (const { partitionKey, data } of records) {
      const body = JSON.parse(String(data)) as DataPoint | DataPoint[];
      read.set(partitionKey, [...(read.get(partitionKey) ?? []), ...(Array.isArray(body) ? body : [body])]);
    }
  }
  expect(read.size).toBe(SOURCES);
  for (const [source, mine] of read) {
    expect(mine.map(({ timestamp }) => timestamp)).toEqual(
      points.filter((point) => point.source === source).map(({ timestamp }) => timestamp),
    );
  }
});

test('what is put on the stream is detected, stored and told, and delivering it again changes nothing', async () => {
  await producer.put(fleet());
  const telegraf = 'cpu,cpu=cpu0,host=server-1 usage_idle=98.5\nsystem,host=server-1 uptime_format="3 days"\n';
  const others = await producer.putRecords([
    { partitionKey: 'server-1', data: Buffer.from(telegraf) },
    { partitionKey: 'server-2', data: gzipSync(telegraf.replaceAll('server-1', 'server-2')) },
    { partitionKey: 'poison', data: Buffer.from('{"source":') },
  ]);
  expect(others.map(({ ok }) => ok)).toEqual([true, true, true]);

  const store = await openDuckDbStore(path.join(folder, 'store.duckdb'));
  const topic = createTopic();
  const told: AnomalyEvent[] = [];
  topic.subscribe('test', (events) => void told.push(...events));
  const counts = zeroCounts();
  const problems: string[] = [];
  const environment = {
    STATE_FILE: path.join(folder, 'states'),
    QUARANTINE_FOLDER: path.join(folder, 'quarantine'),
    ENDPOINT_NAME: 'test',
    SAGEMAKER_URL: modelServer.url,
  };
  const observe = {
    clock: () => performance.now(),
    began: () => {},
    stage: () => {},
    batch: (some: Readonly<BatchCounts>) => addCounts(counts, some),
    published: () => {},
    circuit: () => {},
    problem: (what: string, error: unknown) => void problems.push(`${what}: ${error}`),
  };
  const { handler, close } = createHandler(environment, { store, topic, observe });
  const deliver = async () => {
    for (const [shard, records] of await stream.readAll())
      for (let i = 0; i < records.length; i += 100)
        expect(await handler(toKinesisEvent(stream.arn, shard, records.slice(i, i + 100)))).toEqual({
          batchItemFailures: [],
        });
  };

  await deliver();
  expect(problems).toEqual([]);
  expect(counts).toMatchObject({
    points: SOURCES * POINTS + 2,
    rejected: 1,
    degraded: 0,
    misrouted: 0,
    absorbedBefore: 0,
  });
  const rows = () => store.readPoints({ source: 'pump-0', metric: 'temperature', limit: 10_000 });
  const first = await rows();
  expect(first).toHaveLength(POINTS);
  const idle = await store.readPoints({ source: 'server-1', metric: 'cpu.usage_idle[cpu=cpu0]', limit: 10 });
  expect(idle.map(({ value }) => value)).toEqual([98.5]);
  expect(readdirSync(environment.QUARANTINE_FOLDER)).toHaveLength(1);
  expect(new Set(told.map(({ source }) => source))).toContain('pump-0');

  const events = told.length;
  await deliver();
  expect(counts).toMatchObject({ points: SOURCES * POINTS + 2, absorbedBefore: SOURCES * POINTS + 2 });
  expect(await rows()).toEqual(first);
  expect(told).toHaveLength(events);
  await close();
  await store.close();
});
