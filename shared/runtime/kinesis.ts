import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { lazy } from './lazy';

/** One record as the handler's work sees it. */
export interface StreamRecord {
  readonly stream: string;
  readonly shard: string;
  readonly sequence: string;
  /** Approximate arrival, epoch milliseconds: the "now" of everything that is judged about the record. */
  readonly arrival: number;
  readonly body: Uint8Array;
}

/** What became of a record. */
export type Outcome =
  /** Handled, or put where people will find it: the stream may go on. */
  | { readonly done: true }
  /** Not handled for now: the stream must deliver it again. */
  | { readonly done: false; readonly cause: unknown };

/** Kinesis event to records, in delivery order. */
export function recordsOf(event: KinesisStreamEvent): StreamRecord[] {
  return event.Records.map(toStreamRecord);
}

function toStreamRecord(record: KinesisStreamRecord): StreamRecord {
  return {
    stream: record.eventSourceARN,
    shard: record.eventID.slice(0, record.eventID.lastIndexOf(':')),
    sequence: record.kinesis.sequenceNumber,
    arrival: Math.round(record.kinesis.approximateArrivalTimestamp * 1000),
    body: Buffer.from(record.kinesis.data, 'base64'),
  };
}

/**
 * Outcomes to Lambda's partial batch response. Lambda goes on from the lowest failed sequence number and delivers
 * everything after it again, so the first failure of the batch says all; the others are named too, for whoever reads logs.
 */
export function toBatchResponse(
  records: readonly StreamRecord[],
  outcomes: readonly Outcome[],
): KinesisStreamBatchResponse {
  return {
    batchItemFailures: records
      .filter((_, i) => outcomes[i]?.done !== true)
      .map((record) => ({ itemIdentifier: record.sequence })),
  };
}

/** What Lambda calls for a batch of a stream. Without a context, time is not limited. */
export type KinesisHandler = (
  event: KinesisStreamEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<KinesisStreamBatchResponse>;

/** Milliseconds until the invocation is ended from outside; less with every call. */
export type TimeLeft = () => number;

/**
 * A Kinesis function from its three moments: services are built at the first batch and kept, a failed build is tried again
 * with the next batch; then the work, once a batch, whose outcomes become the partial batch response.
 */
export function kinesisHandler<Services>(
  build: () => Promise<Services>,
  work: (records: readonly StreamRecord[], services: Services, timeLeftMs: TimeLeft) => Promise<readonly Outcome[]>,
): KinesisHandler {
  const services = lazy(build);
  return async (event, context) => {
    const records = recordsOf(event);
    return toBatchResponse(records, await work(records, await services(), timeLeftOf(context)));
  };
}

export function timeLeftOf(context: Pick<Context, 'getRemainingTimeInMillis'> | undefined): TimeLeft {
  return context === undefined ? () => Number.POSITIVE_INFINITY : () => context.getRemainingTimeInMillis();
}
