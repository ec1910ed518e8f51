import type { FirehoseTransformationEvent } from 'aws-lambda';
import fc from 'fast-check';
import { ArchiveLineSchema } from '../../shared/domain/archive-line';
import { archivePoints } from './archive-points';

const stream = 'arn:aws:kinesis:eu-central-1:123456789012:stream/points';
const ARRIVAL = Date.UTC(2026, 10, 22, 13);

function eventOf(bodies: readonly Uint8Array[], subsequenceNumber = ''): FirehoseTransformationEvent {
  return {
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:eu-central-1:123456789012:deliverystream/archive',
    sourceKinesisStreamArn: stream,
    region: 'eu-central-1',
    records: bodies.map((body, i) => ({
      recordId: `record-${i}`,
      approximateArrivalTimestamp: ARRIVAL + 5_000,
      data: Buffer.from(body).toString('base64'),
      kinesisRecordMetadata: {
        shardId: 'shardId-000000000001',
        partitionKey: 'pump-17',
        approximateArrivalTimestamp: String(ARRIVAL + i) as never,
        sequenceNumber: String(49_590_338n * 10n ** 48n + BigInt(i)),
        subsequenceNumber,
      },
    })),
  };
}

const linesOf = ({ result }: ReturnType<typeof archivePoints>) =>
  result.records.map(({ data }) => Buffer.from(data!, 'base64').toString());

test('any record comes back whole from its line, with where it lay', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { maxLength: 20 }), (bodies) => {
      const lines = linesOf(archivePoints(eventOf(bodies)));
      expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
      const read = lines.map((line) => ArchiveLineSchema.parse(JSON.parse(line)));
      expect(read.map(({ body }) => [...Buffer.from(body, 'base64')])).toEqual(bodies.map((body) => [...body]));
      read.forEach((line, i) => {
        expect(line).toMatchObject({ stream, shard: 'shardId-000000000001', arrival: ARRIVAL + i });
        expect(BigInt(line.sequence) % 1000n).toBe(BigInt(i));
      });
    }),
  );
});

test('every record is answered under its id, in order', () => {
  const { result } = archivePoints(eventOf([Buffer.from('a'), Buffer.from('b')]));
  expect(result.records.map(({ recordId, result: what }) => [recordId, what])).toEqual([
    ['record-0', 'Ok'],
    ['record-1', 'Ok'],
  ]);
});

test('one of several records that were sent as one is told from the others', () => {
  const [line] = linesOf(archivePoints(eventOf([Buffer.from('a')], '3')));
  expect(JSON.parse(line!)).toMatchObject({ subsequence: 3 });
});

test('what would make the answer too large is left raw', () => {
  const bodies = [Buffer.alloc(3_000), Buffer.alloc(3_000), Buffer.alloc(10)];
  const { result, counts } = archivePoints(eventOf(bodies), 8_000);
  expect(result.records.map(({ result: what }) => what)).toEqual(['Ok', 'ProcessingFailed', 'Ok']);
  expect(JSON.stringify(result).length).toBeLessThan(8_000);
  expect(counts).toEqual({ archived: 2, leftRaw: 1 });
});

test('384 KiB of the smallest points fit into an answer', () => {
  const smallest = Buffer.from('{"source":"a","timestamp":0,"metrics":{"m":0}}');
  const bodies = Array.from({ length: Math.floor(393_216 / smallest.length) }, () => smallest);
  expect(archivePoints(eventOf(bodies)).counts.leftRaw).toBe(0);
});
