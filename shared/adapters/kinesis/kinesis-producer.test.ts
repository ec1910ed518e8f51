import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import type { DataPoint } from '../../domain/data-point';
import type { StreamEntry } from '../../runtime/records';
import { isAwsEndpoint } from './kinesis-client';
import {
  createKinesisProducer,
  type KinesisProducer,
  type KinesisProducerOptions,
  PutFailed,
} from './kinesis-producer';
import type { PutResult } from './ordered-sender';
import { type CallFate, type FakeKinesis, startFakeKinesis, TAKEN } from './testing/fake-kinesis';

let kinesis: FakeKinesis;
let producer: KinesisProducer;
const open = (options: Partial<KinesisProducerOptions> = {}) => {
  producer = createKinesisProducer({ stream: 'points', endpointUrl: kinesis.url, pauseMs: 1, ...options });
  return producer;
};
beforeEach(async () => {
  kinesis = await startFakeKinesis();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await producer.close();
  await kinesis.close();
  expect(kinesis.faults).toEqual([]);
});

const record = (partitionKey: string, text = 'x'): StreamEntry => ({ partitionKey, data: Buffer.from(text) });
const point = (source: string, timestamp: number): DataPoint => ({ source, timestamp, metrics: { t: 1 }, tags: {} });
const kinds = (results: readonly PutResult[]) => results.map((result) => (result.ok ? 'ok' : result.fault.reason));
const TROUBLE = { code: 'ProvisionedThroughputExceededException' };

test('puts points under their source and gives the positions of their records', async () => {
  const positions = await open({ pointsPerRecordMax: 2 }).put([point('a', 1e12), point('a', 2e12), point('b', 1e12)]);
  expect(positions).toEqual([
    { stream: 'points', shard: 'shardId-000000000000', sequence: '1', index: 0 },
    { stream: 'points', shard: 'shardId-000000000000', sequence: '2', index: 0 },
  ]);
  expect(kinesis.records.map(({ key, text }) => [key, JSON.parse(text)])).toEqual([
    ['a', [1e12, 2e12].map((timestamp) => ({ source: 'a', timestamp, metrics: { t: 1 } }))],
    ['b', { source: 'b', timestamp: 1e12, metrics: { t: 1 } }],
  ]);
});

test('names a stream by its ARN where it is given one', async () => {
  await kinesis.close();
  const arn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/points';
  kinesis = await startFakeKinesis({ StreamARN: arn });
  expect(kinds(await open({ stream: arn }).putRecords([record('a')]))).toEqual(['ok']);
});

test('sends dummy credentials to what is not AWS', async () => {
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAOFTHEUSER',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 'token',
  });
  try {
    await open().putRecords([record('a')]);
  } finally {
    process.env = before;
  }
  expect(kinesis.headers[0]!.authorization).toMatch(/Credential=local\/\d+\/us-east-1\/kinesis/);
  expect(kinesis.headers[0]).not.toHaveProperty('x-amz-security-token');
});

test.each([
  ['https://kinesis.eu-central-1.amazonaws.com', true],
  ['https://vpce-0a-b.kinesis.eu-central-1.vpce.amazonaws.com', true],
  ['https://kinesis.cn-north-1.amazonaws.com.cn', true],
  ['https://kinesis.eu-central-1.api.aws', true],
  ['http://127.0.0.1:4566', false],
  ['https://amazonaws.com.evil.example', false],
  ['https://notamazonaws.com', false],
])('%s is at AWS: %s', (url, expected) => {
  expect(isAwsEndpoint(url)).toBe(expected);
});

describe('tries again', () => {
  test('the failed records of a call and no others, in the order of their key', async () => {
    const failing = new Set(['a1', 'c1']);
    kinesis.fate = (call) => ({ entries: ({ text }) => (call < 2 && failing.has(text) ? TROUBLE : 'taken') });
    const results = await open().putRecords(
      ['a1', 'a2', 'b1', 'b2', 'c1'].map((text) => record(text.slice(0, 1), text)),
    );
    expect(kinds(results)).toEqual(Array(5).fill('ok'));
    expect(kinesis.records.filter(({ key }) => key === 'a').map(({ text }) => text)).toEqual(['a1', 'a2']);
    expect(kinesis.records).toHaveLength(5);
  });

  test.each<[string, CallFate]>([
    ['a record with an internal failure', { entries: () => ({ code: 'InternalFailure' }) }],
    ['a record without an answer of its own', { raw: '{"FailedRecordCount":0,"Records":[{}]}', status: 200 }],
    ['a call that is throttled', { error: 'LimitExceededException', status: 400 }],
    ['a call that is throttled by key management', { error: 'KMSThrottlingException', status: 400 }],
    ['a stream that is being changed', { error: 'ResourceInUseException', status: 400 }],
    ['a server error', { error: 'InternalFailure', status: 500 }],
    ['a gateway that answers in HTML', { raw: '<html>bad gateway</html>', status: 502 }],
    ['too few answers', { raw: '{"FailedRecordCount":0,"Records":[]}', status: 200 }],
    ['a connection that is cut', 'taken, then cut'],
  ])('%s', async (_, fate) => {
    kinesis.fate = (call) => (call === 0 ? fate : TAKEN);
    expect(kinds(await open().putRecords([record('a')]))).toEqual(['ok']);
    expect(kinesis.calls).toHaveLength(2);
  });

  test('no answer', async () => {
    kinesis.fate = (call) => (call === 0 ? 'hangs' : TAKEN);
    expect(kinds(await open({ callTimeoutMs: 200 }).putRecords([record('a')]))).toEqual(['ok']);
    expect(kinesis.calls.length).toBeGreaterThanOrEqual(2);
  });
});

describe('gives up at once, with the reason, and goes on with what comes', () => {
  test.each<[string, CallFate, RegExp]>([
    [
      'a stream that is not there',
      { error: 'ResourceNotFoundException', status: 400 },
      /points: ResourceNotFoundException: told so/,
    ],
    ['no permission', { error: 'AccessDeniedException', status: 400 }, /AccessDeniedException/],
    ['credentials that ended', { error: 'ExpiredTokenException', status: 400 }, /ExpiredTokenException/],
    [
      'a record that key management refuses',
      { entries: () => ({ code: 'KMSAccessDeniedException' }) },
      /KMSAccessDenied/,
    ],
  ])('%s', async (_, fate, message) => {
    kinesis.fate = (call) => (call === 0 ? fate : TAKEN);
    const [result] = await open().putRecords([record('a')]);
    expect(result).toMatchObject({ ok: false, fault: { reason: 'refused', message: expect.stringMatching(message) } });
    expect(kinds(await producer.putRecords([record('a')]))).toEqual(['ok']);
    expect(kinesis.calls).toHaveLength(2);
  });
});

test.each<[string, CallFate, number, RegExp]>([
  ['throttled', { entries: () => TROUBLE }, 60_000, /ProvisionedThroughputExceededException: told so \(3 attempts\)/],
  ['unanswered', 'hangs', 30, /did not answer within 30 ms \(3 attempts\)/],
])('gives up at the deadline when %s', async (_, fate, callTimeoutMs, message) => {
  kinesis.fate = () => fate;
  clockAheadWhen(() => kinesis.calls.length === 3);
  const failure = open({ deadlineMs: 60_000, callTimeoutMs }).put([point('a', 1e12), point('b', 1e12)]);
  const error = await failure.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PutFailed);
  const { results, message: said } = error as PutFailed;
  expect(kinds(results)).toEqual(['gave-up', 'gave-up']);
  expect(said).toMatch(message);
});

test('gives up when nobody listens', async () => {
  const [result] = await open({ endpointUrl: 'http://127.0.0.1:1', deadlineMs: 50 }).putRecords([record('a')]);
  expect(result).toMatchObject({ fault: { reason: 'gave-up', message: expect.stringContaining('ECONNREFUSED') } });
});

test('tells nobody what a record held', async () => {
  kinesis.fate = () => ({ error: 'AccessDeniedException', status: 400 });
  const [result] = await open().putRecords([record('the-key', 'the secret value')]);
  expect(JSON.stringify(result) + (result as { fault: Error }).fault.stack).not.toMatch(/secret|the-key/);
});

test('two thousand records with a fifth of them failing at each attempt arrive once each, in order within their keys', async () => {
  let n = 0;
  kinesis.fate = () => ({ entries: () => (n++ % 5 === 0 ? TROUBLE : 'taken') });
  const records = Array.from({ length: 2_000 }, (_, i) => record(`key-${i % 700}`, String(i)));
  expect(new Set(kinds(await open({ pauseMs: 2 }).putRecords(records)))).toEqual(new Set(['ok']));
  expect(kinesis.records.map(({ text }) => Number(text)).sort((a, b) => a - b)).toEqual(records.map((_, i) => i));
  const last = new Map<string, number>();
  for (const { key, text } of kinesis.records) {
    expect(Number(text)).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(text));
  }
});
