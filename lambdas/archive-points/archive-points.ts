import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from 'aws-lambda';
import type { ArchiveLine } from '../../shared/domain/archive-line';

/** What came of a call. */
export interface ArchiveCounts {
  readonly archived: number;
  /** Kept raw, without their line: they would have made the answer too large. */
  readonly leftRaw: number;
}

/** Lambda takes 6 MiB back; this leaves room for what lies around the data. */
const ANSWER_BYTES_MAX = 5_500_000;
/** Of a record in the answer, apart from its data. */
const AROUND_BYTES = 200;

/** Wraps records of the stream as lines of the archive, in the order given. */
export function archivePoints(
  { records, sourceKinesisStreamArn }: FirehoseTransformationEvent,
  answerBytesMax = ANSWER_BYTES_MAX,
): { readonly result: FirehoseTransformationResult; readonly counts: ArchiveCounts } {
  let bytes = 0;
  let leftRaw = 0;
  const answered = records.map((record): FirehoseTransformationResultRecord => {
    const { recordId } = record;
    const data = Buffer.from(`${JSON.stringify(lineOf(record, sourceKinesisStreamArn))}\n`).toString('base64');
    if (bytes + data.length + AROUND_BYTES > answerBytesMax) {
      leftRaw++;
      // Firehose then writes the record itself to the prefix of failed ones.
      return { recordId, result: 'ProcessingFailed', data: '' };
    }
    bytes += data.length + AROUND_BYTES;
    return { recordId, result: 'Ok', data };
  });
  return { result: { records: answered }, counts: { archived: records.length - leftRaw, leftRaw } };
}

function lineOf(
  { data, approximateArrivalTimestamp, kinesisRecordMetadata }: FirehoseTransformationEventRecord,
  stream: string | undefined,
): ArchiveLine {
  const { shardId, sequenceNumber, subsequenceNumber } = kinesisRecordMetadata ?? {};
  return {
    stream: stream ?? '',
    shard: shardId ?? '',
    sequence: sequenceNumber ?? '',
    // Empty for a record that was sent alone.
    ...(subsequenceNumber ? { subsequence: Number(subsequenceNumber) } : {}),
    arrival: Number(kinesisRecordMetadata?.approximateArrivalTimestamp ?? approximateArrivalTimestamp),
    body: data,
  };
}
