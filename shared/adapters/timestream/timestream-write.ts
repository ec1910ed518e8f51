import {
  type _Record as Record_,
  type RejectedRecord,
  type TimestreamWriteClient,
  WriteRecordsCommand,
  type WriteRecordsCommandInput,
} from '@aws-sdk/client-timestream-write';
import { type RetryOptions, withRetries } from '../with-retries';
import { classifiedFault } from './timestream-faults';

/** A record that the service will never take, by its place among the records given. */
export interface RefusedRecord {
  readonly at: number;
  readonly reason: string;
}

/** What one call takes. */
const CALL_RECORDS_MAX = 100;

export interface TimestreamTable {
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly CommonAttributes: NonNullable<WriteRecordsCommandInput['CommonAttributes']>;
}

/**
 * Writes records, a hundred a call, some calls at a time, each repeated until it succeeds or the time is used up: records bear a version,
 * so that repeating has no further effect. A record that is rejected because one of the same or a higher version is
 * there already counts as written.
 *
 * @returns records that are not in the store and never will be
 * @throws {TransientFault} if a call did not succeed in time; others may have
 */
export async function writeRecords(
  client: TimestreamWriteClient,
  table: TimestreamTable,
  records: readonly Record_[],
  concurrency: number,
  retries: RetryOptions,
): Promise<readonly RefusedRecord[]> {
  const refused: RefusedRecord[] = [];
  const kept = onePerIdentity(records);
  let next = 0;
  const worker = async () => {
    while (next < kept.length) {
      const places = kept.slice(next, next + CALL_RECORDS_MAX);
      next += places.length;
      const command = new WriteRecordsCommand({ ...table, Records: places.map((at) => records[at]!) });
      const rejected = await withRetries(retries, (timeoutMs) =>
        client
          .send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
          .then(() => [], rejectedRecords(timeoutMs)),
      );
      for (const { RecordIndex = 0, Reason = 'without a reason' } of rejected) {
        refused.push({ at: places[RecordIndex]!, reason: Reason });
      }
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, Math.ceil(kept.length / CALL_RECORDS_MAX)) }, worker);
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return refused.sort((a, b) => a.at - b.at);
}

/** Two records of one identity in one call are refused: of those the highest version stays, and of equals the first. */
function onePerIdentity(records: readonly Record_[]): number[] {
  const places = new Map<string, number>();
  records.forEach(({ Dimensions, Time, Version = 0 }, at) => {
    const identity = JSON.stringify([Dimensions!.map(({ Value }) => Value), Time]);
    const other = places.get(identity);
    if (other === undefined || Version > records[other]!.Version!) places.set(identity, at);
  });
  return [...places.values()];
}

/** Those of a failed call that are refused for good; throws when the call failed as a whole. */
function rejectedRecords(timeoutMs: number) {
  return (error: unknown): readonly RejectedRecord[] => {
    const { name, RejectedRecords } = error as { name?: string; RejectedRecords?: readonly RejectedRecord[] };
    if (name !== 'RejectedRecordsException' || RejectedRecords === undefined) throw classifiedFault(error, timeoutMs);
    return RejectedRecords.filter(({ ExistingVersion }) => ExistingVersion === undefined);
  };
}
