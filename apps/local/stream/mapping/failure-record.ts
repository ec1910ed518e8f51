import type { KinesisStreamEvent } from 'aws-lambda';
import type { StoredRecord } from '../log/shard-reader';
import { functionArn, toKinesisEvent } from './event';
import type { DiscardCondition } from './next-step';

/** What a stream mapping sends to its on-failure destination; `payload` as S3 destinations receive it. */
export interface FailureRecord {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: DiscardCondition;
    readonly approximateInvokeCount: number;
  };
  /** Absent when the records were never tried. */
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError: string;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
  /** The whole event, as JSON text. */
  readonly payload: string;
}

/** Where records go that are given up. A put that rejects is tried again; the shard waits for it, so nothing is lost. */
export interface FailureDestination {
  put(record: FailureRecord): Promise<void>;
}

export interface Discard {
  readonly stream: string;
  readonly shard: string;
  /** At least one. */
  readonly records: readonly StoredRecord[];
  readonly condition: DiscardCondition;
  readonly functionName: string;
  /** Of the last invocation. */
  readonly requestId: string;
  readonly invocations: number;
  readonly nowMs: number;
}

export function toFailureRecord(discard: Discard): FailureRecord {
  const { stream, shard, records, invocations } = discard;
  const first = records[0]!;
  const last = records.at(-1)!;
  const event: KinesisStreamEvent = toKinesisEvent(stream, shard, records);
  return {
    requestContext: {
      requestId: discard.requestId,
      functionArn: functionArn(discard.functionName),
      condition: discard.condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations === 0
      ? {}
      : { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' } }),
    version: '1.0',
    timestamp: new Date(discard.nowMs).toISOString(),
    KinesisBatchInfo: {
      shardId: shard,
      startSequenceNumber: first.sequence,
      endSequenceNumber: last.sequence,
      approximateArrivalOfFirstRecord: new Date(first.arrivalMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrivalMs).toISOString(),
      batchSize: records.length,
      streamArn: stream,
    },
    payload: JSON.stringify(event),
  };
}
