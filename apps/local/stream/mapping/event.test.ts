import { recordsOf } from '../../../../shared/runtime/kinesis';
import type { StoredRecord } from '../log/shard-reader';
import { payloadBytes, toContext, toKinesisEvent } from './event';

const STREAM = 'arn:aws:kinesis:local:000000000000:stream/points-0b1f7c86-7a0e-4c2e-9f58-2b8c6ad8f8a1';
const SHARD = 'shardId-000000000003';
const stored = (sequence: string, body: string | Buffer, partitionKey = 'pump-17'): StoredRecord => ({
  sequence,
  arrivalMs: 1_763_800_000_123,
  partitionKey,
  data: Buffer.from(body as string),
  mark: { sequence: Number(sequence), segment: 1, offset: 0 },
});

test('an event has every field of a real one', () => {
  expect(toKinesisEvent(STREAM, SHARD, [stored('42', '{"a":1}')])).toEqual({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'pump-17',
          sequenceNumber: '42',
          data: 'eyJhIjoxfQ==',
          approximateArrivalTimestamp: 1_763_800_000.123,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: 'shardId-000000000003:42',
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
        awsRegion: 'local',
        eventSourceARN: STREAM,
      },
    ],
  });
});

test('the handlers’ reader gets back what was stored, to the millisecond', () => {
  const body = Buffer.from([0, 1, 254, 255]);
  expect(recordsOf(toKinesisEvent(STREAM, SHARD, [stored('7', body)]))).toEqual([
    { stream: STREAM, shard: SHARD, sequence: '7', arrival: 1_763_800_000_123, body },
  ]);
});

test.each(['pump-17', '"\\'.repeat(500), '\u0001'.repeat(1024), 'ß'.repeat(512), '🌊'.repeat(256)])(
  'the payload is never counted too small: key %#',
  (key) => {
    for (const bytes of [0, 1, 2, 3, 1_000]) {
      const record = stored('9007199254740991', Buffer.alloc(bytes), key);
      const [real] = toKinesisEvent(STREAM, SHARD, [record]).Records;
      expect(payloadBytes(record)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(real)) + 1);
    }
  },
);

test('the context counts the remaining time down to zero', () => {
  let left = 250;
  const context = toContext('detect-anomalies', 'request-1', () => left);
  expect(context).toMatchObject({
    functionName: 'detect-anomalies',
    awsRequestId: 'request-1',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:detect-anomalies',
  });
  expect(context.getRemainingTimeInMillis()).toBe(250);
  left = -5;
  expect(context.getRemainingTimeInMillis()).toBe(0);
});
