import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LIMITS } from '../../../shared/domain/limits';
import { redriveEntries } from '../../../shared/runtime/redrive-entries';
import { LogClosed, LogWriteFailed } from '../stream/log/errors';
import { PartitionedLog } from '../stream/log/partitioned-log';
import { bodies, readAll, temporaryFolder } from '../stream/testing/logs';
import { type IngestServer, startIngest } from './http';
import { createProducer, type Producer } from './producer';

let folder: { path: string; remove: () => void };
let log: PartitionedLog;
let server: IngestServer;
beforeEach(async () => {
  folder = temporaryFolder();
  log = await PartitionedLog.open(folder.path, { shards: 1, unreadBytesMax: 2_000_000 });
  server = await startIngest(createProducer(log), { port: 0, retryAfterSeconds: 7 });
});
afterEach(async () => {
  await server.close();
  await log.close();
  folder.remove();
});

const POINT = { source: 'pump-17', timestamp: '2026-11-22T13:00:00Z', metrics: { temperature: 71.2 } };
const STORED = JSON.stringify({ ...POINT, timestamp: Date.parse(POINT.timestamp) });
const BAD = { ...POINT, metrics: { temperature: 'hot' } };
const json = (value: unknown) => JSON.stringify(value);
const ndjson = (...values: unknown[]) => values.map((value) => `${json(value)}\n`).join('');

/** What an answer may hold. */
interface Told {
  readonly accepted: number;
  readonly rejected: readonly { readonly reason: string }[];
  readonly rejectedCount: number;
  readonly error?: string;
}

async function post(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${server.port}/points`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body as string,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Told };
}

const stored = async () => bodies((await readAll(log))[0]!);

test('a redriven record is in the log as it is, whatever its time, under the key of its source', async () => {
  const aside = { stream: 'points', shard: '0', sequence: '7', arrival: 1, reason: 'too-far-in-past' as const };
  const point = { ...POINT, timestamp: Date.parse(POINT.timestamp) };
  const [entry] = redriveEntries({ ...aside, body: Buffer.from(json(point)) });
  expect(await post(entry!.data)).toMatchObject({ status: 202, body: { redriven: 1 } });
  const [record] = (await readAll(log))[0]!;
  expect(record!.data.toString()).toBe(Buffer.from(entry!.data).toString());
  expect(record!.partitionKey).toBe('pump-17');
});

describe('accepted, and in the log by then', () => {
  test.each([
    ['an object', json(POINT), {}, 1],
    ['an array', json([POINT, POINT]), {}, 2],
    ['NDJSON', ndjson(POINT, POINT, POINT), { 'content-type': 'application/x-ndjson' }, 3],
    ['gzip', gzipSync(json([POINT, POINT])), { 'content-encoding': 'gzip' }, 2],
    ['text/plain with a charset', json(POINT), { 'content-type': 'text/plain; charset=utf-8' }, 1],
  ])('%s', async (_, body, headers, count) => {
    const answer = await post(body, headers as Record<string, string>);
    expect([answer.status, answer.body]).toEqual([202, { accepted: count, rejected: [], rejectedCount: 0 }]);
    expect(await stored()).toEqual(Array.from({ length: count }, () => STORED));
  });

  test('line protocol; a line without a time gets that of its arrival, one of strings alone is no fault', async () => {
    const begun = Date.now();
    const lines =
      'pump,source=pump-17 t=1 1763816400000000000\npump,source=pump-17 t=2\npump,source=pump-17 s="text"\n';
    const answer = await post(lines, { 'content-type': 'text/plain' });
    expect([answer.status, answer.body]).toEqual([202, { accepted: 2, rejected: [], rejectedCount: 0 }]);
    const [first, second] = (await stored()).map((body) => JSON.parse(String(body)));
    expect(first).toEqual({ source: 'pump-17', timestamp: 1_763_816_400_000, metrics: { 'pump.t': 1 } });
    expect(second.timestamp).toBeGreaterThanOrEqual(begun);
    expect((await post('pump,source=pump-17 s="text"', { 'content-type': 'text/plain' })).status).toBe(202);
  });

  test('what is wrong with one element is told, with its place, and does not touch the others', async () => {
    const { status, body } = await post(json([POINT, BAD, 7, POINT]));
    expect([status, body.accepted, body.rejectedCount]).toEqual([202, 2, 2]);
    expect(body.rejected).toEqual([
      expect.objectContaining({ index: 1, field: 'metrics.temperature', reason: 'invalid-field' }),
      expect.objectContaining({ index: 2, reason: 'invalid-field' }),
    ]);
    expect(await stored()).toEqual([STORED, STORED]);
  });

  test('an answer names 100 rejected elements and counts the others', async () => {
    const { status, body } = await post(json([POINT, ...Array.from({ length: 5_000 }, () => BAD)]));
    expect([status, body.accepted, body.rejected.length, body.rejectedCount]).toEqual([202, 1, 100, 5_000]);
  });
});

describe('refused, with nothing in the log', () => {
  const tooMany = `[${Array.from({ length: LIMITS.recordPointsMax + 1 }, () => '1').join(',')}]`;
  const bomb = gzipSync(Buffer.alloc(LIMITS.decompressedBytesMax + 1, 0x20));
  test.each([
    ['no JSON', '{"source":', {}, 400, 'not-json'],
    ['an invalid point', json(BAD), {}, 400, 'invalid-field'],
    ['an empty array', '[]', {}, 400, 'empty'],
    ['an empty body', '', {}, 400, 'empty'],
    ['binary noise', Buffer.from([0xff, 0xfe, 0, 1]), {}, 400, 'not-text'],
    ['broken gzip', gzipSync(json(POINT)).subarray(0, 20), { 'content-encoding': 'gzip' }, 400, 'not-gzip'],
    ['no gzip though it says so', json(POINT), { 'content-encoding': 'gzip' }, 400, 'not-gzip'],
    ['too many points', tooMany, {}, 413, 'too-many-points'],
    ['a gzip bomb', bomb, { 'content-encoding': 'gzip' }, 413, 'too-large'],
    ['a body that is too large', 'x'.repeat(LIMITS.recordBytesMax + 1), {}, 413, 'too-large'],
  ])('%s', async (_, body, headers, status, reason) => {
    const answer = await post(body, headers as Record<string, string>);
    expect([answer.status, answer.body.accepted, answer.body.rejected[0]?.reason]).toEqual([status, 0, reason]);
    expect(await stored()).toEqual([]);
  });

  test.each([
    ['another media type', { 'content-type': 'application/xml' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another encoding', { 'content-encoding': 'br' }],
  ])('%s: 415', async (_, headers) => {
    const answer = await post(json(POINT), headers as Record<string, string>);
    expect([answer.status, typeof answer.body.error]).toEqual([415, 'string']);
    expect(await stored()).toEqual([]);
  });

  test('everything while the log is full: 429 and when to come again', async () => {
    await log.consumer('detect');
    await log.append([{ partitionKey: 'k', data: Buffer.alloc(2_000_000) }]);
    const answer = await post(json(POINT));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });

  test('a path or method that is not there: 404', async () => {
    for (const path of ['/', '/points', '/health/x'])
      expect((await fetch(`http://127.0.0.1:${server.port}${path}`)).status).toBe(404);
  });
});

describe('when the log does not take the points', () => {
  test.each([
    ['because it is closing: 503', new LogClosed(), 503, 0],
    ['because the disk refuses: 503, and it is told', new LogWriteFailed('disk full at /secret/place'), 503, 1],
    ['because of a defect: 500, and it is told', new TypeError('secret detail'), 500, 1],
  ])('%s', async (_, error, status, told) => {
    const problems: unknown[] = [];
    const fail = () => Promise.reject(error);
    const failing: Producer = { put: fail, putRecords: fail };
    const broken = await startIngest(failing, { port: 0, onProblem: (one) => problems.push(one) });
    const response = await fetch(`http://127.0.0.1:${broken.port}/points`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json(POINT),
    });
    const text = await response.text();
    expect([response.status, problems.length]).toEqual([status, told]);
    expect(text).not.toContain('secret');
    await broken.close();
  });
});

test('while it stops, what is on its way to disk is answered, and nothing more is taken', async () => {
  let release: () => void = () => undefined;
  let began: () => void = () => undefined;
  const beganPutting = new Promise<void>((resolve) => {
    began = resolve;
  });
  const slow: Producer = {
    putRecords: async () => [],
    put: () =>
      new Promise((resolve) => {
        release = () => resolve([]);
        began();
      }),
  };
  const stopping = await startIngest(slow, { port: 0 });
  const socket = connect(stopping.port, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => socket.on('close', resolve));
  const request = `POST /points HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${json(POINT).length}\r\n\r\n${json(POINT)}`;
  socket.write(request);
  await beganPutting;
  const closed = stopping.close();
  socket.write(request);
  release();
  await closed;
  await ended;
  expect(said).toMatch(/^HTTP\/1\.1 202 /);
  expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202']);
});

test('a body that arrives when the server is stopping is refused with 503', async () => {
  const socket = connect(server.port, '127.0.0.1');
  let said = '';
  const continued = new Promise<void>((resolve) =>
    socket.on('data', (chunk) => {
      said += chunk;
      if (said.includes('100 Continue')) resolve();
    }),
  );
  const ended = new Promise((resolve) => socket.on('close', resolve));
  const body = json(POINT);
  socket.write(
    `POST /points HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  await continued;
  const closed = server.close();
  socket.write(body);
  await closed;
  await ended;
  expect(said).toMatch(/HTTP\/1\.1 503 /);
  expect(await stored()).toEqual([]);
});

test('a client that never ends its request does not hold up the end', async () => {
  const patient = await startIngest(createProducer(log), { port: 0, graceMs: 10 });
  const socket = connect(patient.port, '127.0.0.1');
  const ended = new Promise((resolve) => socket.on('close', resolve));
  const continued = new Promise((resolve) => socket.once('data', resolve));
  socket.write(
    'POST /points HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n',
  );
  socket.write('content-length: 100\r\n\r\n');
  await continued;
  await patient.close();
  await ended;
});

test('it listens on loopback and says that it is well', async () => {
  const response = await fetch(`http://127.0.0.1:${server.port}/health`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
});

describe('refused although it can be read', () => {
  test.each([
    ['a page of another origin', { origin: 'https://example.com' }],
    ['a page of this machine', { origin: 'http://localhost:3000' }],
  ])('what %s posts', async (_, headers) => {
    expect((await post(json(POINT), headers)).status).toBe(403);
    expect(await stored()).toEqual([]);
  });

  test('what comes under a name that was made to point here', async () => {
    const status = await new Promise((resolve, reject) => {
      const options = { port: server.port, host: '127.0.0.1', path: '/points', method: 'POST' };
      const call = request({ ...options, headers: { host: 'rebound.example', 'content-type': 'application/json' } });
      call.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', reject);
      call.end(json(POINT));
    });
    expect(status).toBe(403);
  });

  test('a point from the future, by its element; the others are taken', async () => {
    const answer = await post(json([POINT, { ...POINT, timestamp: '2999-01-01T00:00:00Z' }]));
    expect([answer.status, answer.body.accepted]).toEqual([202, 1]);
    expect(answer.body.rejected).toMatchObject([{ index: 1, field: 'timestamp', reason: 'too-far-in-future' }]);
    expect((await post(json({ ...POINT, timestamp: '2999-01-01T00:00:00Z' }))).status).toBe(400);
  });
});
