import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { toKinesisEvent } from '../../apps/local/stream/mapping/event';
import { type ModelServer, startModelServer } from '../../apps/model-server/server';
import { createHandler } from '../../lambdas/detect-anomalies/create-handler';
import { addCounts, type BatchCounts, zeroCounts } from '../../lambdas/detect-anomalies/services';
import { influxTarget } from '../../shared/adapters/influx/influx-options';
import { createInfluxStore } from '../../shared/adapters/influx/influx-store';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { PointStore } from '../../shared/detection/ports';

const [redisUrl, influxUrl] = [process.env['REDIS_URL'], process.env['INFLUX_URL']];
if (redisUrl === undefined) throw new Error('REDIS_URL must name a Redis server that these tests may write to');
if (influxUrl === undefined) throw new Error('INFLUX_URL must name an InfluxDB that these tests may write to');

const mark = `warming-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(path.join(tmpdir(), 'warming-'));
const target = { ...influxTarget('INFLUX_URL', influxUrl), database: mark };
const influxQl = (q: string) => fetch(`${target.url}/query`, { method: 'POST', body: new URLSearchParams({ q }) });
const admin = new Redis(redisUrl);
let store: PointStore;
/** Of the run in peace: its rows are newer than those of the run that is compared with it, and of another stream. */
let peaceStore: PointStore;
let modelServer: ModelServer;
beforeAll(async () => {
  for (const database of [mark, `${mark}-peace`]) await influxQl(`CREATE DATABASE "${database}"`);
  modelServer = await startModelServer({ model: () => builtInModel, port: 0, host: '127.0.0.1' });
  const patience = { timeoutMs: 60_000, attemptTimeoutMs: 60_000 };
  store = createInfluxStore({ target, ...patience });
  peaceStore = createInfluxStore({ target: { ...target, database: `${mark}-peace` }, ...patience });
});
afterAll(async () => {
  await store.close();
  await peaceStore.close();
  await modelServer.close();
  for (const database of [mark, `${mark}-peace`]) await influxQl(`DROP DATABASE "${database}"`);
  for (const key of await keysOf(mark)) await admin.del(key);
  await admin.quit();
  rmSync(folder, { recursive: true });
});

async function keysOf(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of admin.scanStream({ match: `${prefix}*`, count: 1_000 })) found.push(...(keys as string[]));
  return found;
}

/** A function that has just started. */
function start(stream: string, rows = store) {
  const counts = zeroCounts();
  const problems: string[] = [];
  const { handler, close } = createHandler(
    {
      REDIS_URL: redisUrl,
      REDIS_PREFIX: `${mark}-${stream}`,
      QUARANTINE_FOLDER: path.join(folder, 'quarantine'),
      ENDPOINT_NAME: 'test',
      SAGEMAKER_URL: modelServer.url,
      // Other work on the machine must not decide what is filled again.
      WARMING_MS: '60000',
    },
    {
      store: rows,
      topic: { publish: async () => {} },
      observe: {
        clock: () => performance.now(),
        began: () => {},
        published: () => {},
        stage: () => {},
        batch: (some: Readonly<BatchCounts>) => addCounts(counts, some),
        circuit: () => {},
        problem: (what: string, error: unknown) => void problems.push(`${what}: ${error}`),
      },
    },
  );
  const deliver = async (from: number, to: number) => {
    for (let at = from; at < to; at += 20)
      expect(await handler(toKinesisEvent(stream, 'shardId-000000000000', records(at, at + 20)))).toEqual({
        batchItemFailures: [],
      });
    expect(problems).toEqual([]);
  };
  return { deliver, counts, close };
}

const SOURCES = 20;
const STEP_MS = 60_000;
const FROM = Date.UTC(2026, 10, 1);
function records(from: number, to: number) {
  return Array.from({ length: (to - from) * SOURCES }, (_, i) => {
    const step = from + Math.floor(i / SOURCES);
    const source = i % SOURCES;
    const flow = 50 + 20 * Math.sin(step / 60 + source) + ((step * 7919 + source) % 13);
    const metrics = source % 2 === 0 ? { flow, pressure: 2 * flow + (step % 7) } : { flow };
    const timestamp = FROM + step * STEP_MS;
    return {
      partitionKey: `pump-${source}`,
      sequence: String(1 + step * SOURCES + source),
      arrivalMs: timestamp + 500,
      data: Buffer.from(JSON.stringify({ source: `pump-${source}`, timestamp, metrics })),
    };
  });
}

/** What was learnt of all sources: but for arrivals and the mark. */
async function learnt(stream: string) {
  const states = await Promise.all(
    Array.from({ length: SOURCES }, async (_, i) => {
      const fields = await admin.hgetallBuffer(`${mark}-${stream}:{pump-${i}}`);
      return Object.entries(fields)
        .filter(([name]) => name.startsWith('m:') || name === 's')
        .map(([name, bytes]) => [name, bytes.toString('hex')])
        .sort();
    }),
  );
  expect(states.flat().length).toBe(SOURCES * 2);
  return states;
}

test('states of an older copy are brought back byte for byte, of a lost cache as far as rows are read', async () => {
  const peace = start('peace', peaceStore);
  await peace.deliver(0, 400);
  await peace.close();

  const one = start('faults');
  await one.deliver(0, 200);
  const copy = await Promise.all(
    (await keysOf(`${mark}-faults`)).map(async (key) => [key, await admin.dumpBuffer(key)] as const),
  );
  await one.deliver(200, 300);
  for (const [key, dump] of copy) await admin.restore(key, 0, dump, 'REPLACE');
  await one.close();

  const two = start('faults');
  await two.deliver(300, 340);
  expect(two.counts).toMatchObject({ warmed: SOURCES, warming: SOURCES, warmingBudgetSpent: 0 });
  await two.deliver(340, 400);
  expect(await learnt('faults')).toEqual(await learnt('peace'));

  await admin.del(...(await keysOf(`${mark}-faults`)));
  await two.deliver(400, 420);
  expect(two.counts).toMatchObject({ warmed: 2 * SOURCES, warming: SOURCES + 20 * SOURCES });
  await two.close();
  const rows = await store.readPoints({ source: 'pump-0', metric: 'flow' });
  expect(rows).toHaveLength(420);
  expect(rows.at(-1)).toMatchObject({ stream: 'faults', warming: true, learning: false });
});

test('sources of one name do not meet when the prefixes differ', async () => {
  const [one, two] = [start('one'), start('two')];
  await one.deliver(0, 20);
  await two.deliver(0, 20);
  await one.close();
  await two.close();
  expect(two.counts).toMatchObject({ points: 20 * SOURCES, duplicates: 0, warmed: 0, warming: 0 });
  expect(await keysOf(`${mark}-two:{pump-`)).toHaveLength(SOURCES);
});
