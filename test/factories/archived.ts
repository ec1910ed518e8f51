import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { archivePoints } from '../../lambdas/archive-points/archive-points';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { isAggregate, userRecordsOf } from '../../shared/runtime/kpl';

/** Lines of the archive, made by its function as Firehose calls it: parts of an aggregate are records of their own. */
export function archivedLines(records: readonly StreamRecord[]): string {
  const stream = records[0]?.stream;
  const { result } = archivePoints({
    invocationId: 'i',
    deliveryStreamArn: 'arn:aws:firehose:eu-central-1:000000000000:deliverystream/archive',
    ...(stream === undefined ? {} : { sourceKinesisStreamArn: stream }),
    region: 'eu-central-1',
    records: records.flatMap((record) =>
      partsOf(record.body).map(({ body, subsequence }) => ({
        recordId: record.sequence,
        approximateArrivalTimestamp: record.arrival,
        data: Buffer.from(body).toString('base64'),
        kinesisRecordMetadata: {
          shardId: record.shard,
          partitionKey: 'any',
          approximateArrivalTimestamp: String(record.arrival) as never,
          sequenceNumber: record.sequence,
          subsequenceNumber: subsequence,
        },
      })),
    ),
  });
  return result.records.map(({ data }) => Buffer.from(data!, 'base64').toString()).join('');
}

function partsOf(body: Uint8Array) {
  const parts = isAggregate(body) ? userRecordsOf(body, 10_000) : undefined;
  if (parts === undefined) return [{ body, subsequence: '' }];
  return parts.map((part, n) => ({ body: part!, subsequence: String(n) }));
}

/** Writes objects as Firehose names them, each of some records, into folders by hour. */
export function writeArchive(folder: string, objects: readonly (readonly StreamRecord[])[]): void {
  objects.forEach((records, i) => {
    const arrival = records[0]?.arrival ?? 0;
    const hour = path.join(folder, 'points', ...new Date(arrival).toISOString().slice(0, 13).split('T'));
    mkdirSync(hour, { recursive: true });
    writeFileSync(
      path.join(hour, `archive-1-${String(i).padStart(6, '0')}.ndjson.gz`),
      gzipSync(archivedLines(records)),
    );
  });
}
