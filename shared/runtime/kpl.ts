import { createHash } from 'node:crypto';
import { visitFields } from './protobuf';

/**
 * What the Kinesis Producer Library packs into one record: a magic number, a protobuf message AggregatedRecord, its MD5.
 *
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = [0xf3, 0x89, 0x9a, 0xc2];
const DIGEST_BYTES = 16;
/** Fields of AggregatedRecord and of Record; keys and tags are of no use here. */
const RECORDS = 3;
const DATA = 3;

/** The magic number is not UTF-8, so no text begins with it. */
export function isAggregate(body: Uint8Array): boolean {
  return MAGIC.every((byte, i) => body[i] === byte);
}

/**
 * Bodies of the user records, in order, as views; `undefined` for one that is damaged. O(body).
 *
 * @param recordsMax reading stops after one more than this
 * @returns undefined if the aggregate as a whole is damaged
 */
export function userRecordsOf(body: Uint8Array, recordsMax: number): (Uint8Array | undefined)[] | undefined {
  const end = body.length - DIGEST_BYTES;
  if (end < MAGIC.length) return undefined;
  const message = body.subarray(MAGIC.length, end);
  if (!createHash('md5').update(message).digest().equals(body.subarray(end))) return undefined;
  const records: (Uint8Array | undefined)[] = [];
  const isWhole = visitFields(message, (field, bytes) => {
    if (field === RECORDS) records.push(dataOf(bytes));
    return records.length <= recordsMax;
  });
  return isWhole ? records : undefined;
}

function dataOf(record: Uint8Array): Uint8Array | undefined {
  let data: Uint8Array | undefined;
  const isWhole = visitFields(record, (field, bytes) => {
    // The last one counts, as protobuf has it.
    if (field === DATA) data = bytes;
    return true;
  });
  return isWhole ? data : undefined;
}
