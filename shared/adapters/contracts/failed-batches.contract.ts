import { type FailedBatch, openFailedBatches } from '../failed-batches';
import type { ObjectPlace } from '../object-place';
import type { Window } from '../quarantine-archive';

export interface FailedUnderTest {
  readonly place: ObjectPlace;
  readonly prefix: '' | 'failed/';
}

const ARRIVAL = Date.UTC(2026, 10, 22, 13);
const STREAM = 'arn:aws:kinesis:eu-central-1:123456789012:stream/points';

/** What Lambda writes of a batch that it gave up. */
function document(at: string, sequences: readonly string[]): string {
  const Records = sequences.map((sequenceNumber) => ({
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventSourceARN: STREAM,
    kinesis: {
      ...{ partitionKey: 'pump-17', sequenceNumber, approximateArrivalTimestamp: ARRIVAL / 1_000 },
      data: Buffer.from(`body ${sequenceNumber}`).toString('base64'),
    },
  }));
  return JSON.stringify({
    requestContext: {
      requestId: 'x',
      functionArn: 'y',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    version: '1.0',
    timestamp: `${at}.123Z`,
    KinesisBatchInfo: { shardId: 'shardId-000000000000', streamArn: STREAM, batchSize: sequences.length },
    payload: JSON.stringify({ Records }),
  });
}

const name = (prefix: string, at: string) =>
  `${prefix}aws/lambda/mapping/shardId-000000000000/${at.slice(0, 10).replaceAll('-', '/')}/${at.replaceAll(':', '.')}-uuid`;

/** What batches that were given up must be wherever they are kept. */
export function describeFailedBatches(what: string, make: () => Promise<FailedUnderTest> | FailedUnderTest): void {
  describe(`${what} as a place of batches that were given up`, () => {
    let under: FailedUnderTest;
    const [first, second] = ['2026-11-22T14:00:00', '2026-11-23T14:00:00'] as const;
    beforeEach(async () => {
      under = await make();
      await under.place.put(name(under.prefix, first), document(first, ['1', '2']));
      await under.place.put(name(under.prefix, second), document(second, ['3']));
    });
    const read = async (window?: Window) => {
      const batches: FailedBatch[] = [];
      for await (const batch of openFailedBatches(under.place, under.prefix).read(window)) batches.push(batch);
      return batches;
    };

    it('gives them as Lambda wrote them, with bodies and arrivals of their records', async () => {
      const [batch] = await read();
      expect(batch).toMatchObject({
        stream: STREAM,
        shard: 'shardId-000000000000',
        condition: 'RetryAttemptsExhausted',
      });
      const records = batch!.records.map(({ body, ...rest }) => ({ ...rest, body: Buffer.from(body).toString() }));
      const common = { arrival: ARRIVAL, partitionKey: 'pump-17', redrivenAt: undefined };
      expect(records).toEqual([
        { ...common, sequence: '1', body: 'body 1' },
        { ...common, sequence: '2', body: 'body 2' },
      ]);
    });

    it('tells by when they were given up', async () => {
      expect(await read({ since: Date.parse(`${second}Z`) })).toHaveLength(1);
      expect(await read({ until: Date.parse(`${second}Z`) })).toHaveLength(1);
      expect(await read({ until: 0 })).toEqual([]);
    });

    it('remembers which of their records were put on the stream again, whenever that was', async () => {
      const [batch] = await read();
      const marked = async () =>
        (await read()).map(({ records }) => records.map(({ sequence, redrivenAt }) => [sequence, redrivenAt]));
      const failed = openFailedBatches(under.place, under.prefix);
      await failed.markRedriven(batch!, ['2'], 7);
      expect(await marked()).toEqual([
        [
          ['1', undefined],
          ['2', 7],
        ],
        [['3', undefined]],
      ]);
      await failed.markRedriven(batch!, ['1'], 8);
      await failed.markRedriven(batch!, ['1'], 8);
      expect((await marked())[0]).toEqual([
        ['1', 8],
        ['2', 7],
      ]);
    });

    it('passes over what is no such batch', async () => {
      await under.place.put(`${under.prefix}aws/lambda/mapping/shard/torn`, '{"payload":');
      await under.place.put(`${under.prefix}aws/lambda/mapping/shard/other`, '{}');
      expect(await read()).toHaveLength(2);
    });
  });
}
