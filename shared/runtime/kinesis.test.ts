import type { KinesisStreamEvent } from 'aws-lambda';
import { kinesisHandler, type Outcome } from './kinesis';

const sequences = [
  '49590338271490256608559692538361571095921575989136588898',
  '49590338271490256608559692538361571095921575989136588899',
];

const event: KinesisStreamEvent = {
  Records: sequences.map((sequenceNumber) => ({
    awsRegion: 'eu-central-1',
    eventID: `shardId-000000000003:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/points',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/none',
    kinesis: {
      approximateArrivalTimestamp: 1_763_816_400.123,
      data: Buffer.from('{}').toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: 'pump-17',
      sequenceNumber,
    },
  })),
};

test('records keep their full sequence number, their shard and their arrival in milliseconds', async () => {
  const handler = kinesisHandler(
    async () => undefined,
    async (records) => {
      expect(records[1]).toEqual({
        stream: 'arn:aws:kinesis:eu-central-1:000000000000:stream/points',
        shard: 'shardId-000000000003',
        sequence: sequences[1],
        arrival: 1_763_816_400_123,
        body: Buffer.from('{}'),
      });
      return records.map(() => ({ done: true }));
    },
  );
  expect(await handler(event)).toEqual({ batchItemFailures: [] });
});

const done: Outcome = { done: true };
const failed: Outcome = { done: false, cause: new Error('no') };

test.each<[string, Outcome[], string[]]>([
  ['all are done: nothing is to be delivered again', [done, done], []],
  ['the second failed: it is named', [done, failed], [sequences[1]!]],
  ['the first failed: it is named', [failed, done], [sequences[0]!]],
  ['an outcome is missing: that counts as failed', [done], [sequences[1]!]],
])('when %s', async (_, outcomes, expected) => {
  const handler = kinesisHandler(
    async () => undefined,
    async () => outcomes,
  );
  expect((await handler(event)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(expected);
});

test('services are built once; a build that failed is tried again with the next batch', async () => {
  let builds = 0;
  const handler = kinesisHandler(
    async () => {
      builds += 1;
      if (builds === 1) throw new Error('not yet');
      return builds;
    },
    async (records) => records.map(() => done),
  );
  await expect(handler(event)).rejects.toThrow('not yet');
  await handler(event);
  await handler(event);
  expect(builds).toBe(2);
});

test('the work knows how much time is left at any moment; without a context, all of it', async () => {
  const seen: number[] = [];
  const handler = kinesisHandler(
    async () => undefined,
    async (records, _, timeLeftMs) => {
      seen.push(timeLeftMs(), timeLeftMs());
      return records.map(() => done);
    },
  );
  let left = 300;
  await handler(event, { getRemainingTimeInMillis: () => left-- });
  await handler(event);
  expect(seen).toEqual([300, 299, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
