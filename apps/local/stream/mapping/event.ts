import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { StoredRecord } from '../log/shard-reader';

/** What an event says of a record. */
export type EventRecord = Omit<StoredRecord, 'mark'>;

const ACCOUNT = '000000000000';

/** Bytes of a record's JSON beside data and key, with room for the longest sequence number and the stream's name twice. */
const RECORD_OVERHEAD_BYTES = 560;

/** About how many bytes a record has in an invocation's JSON; rather too many than too few. */
export function payloadBytes(record: StoredRecord): number {
  return RECORD_OVERHEAD_BYTES + Math.ceil(record.data.length / 3) * 4 + 6 * record.partitionKey.length;
}

/** The event that Lambda would deliver for these records of one shard. */
export function toKinesisEvent(stream: string, shard: string, records: readonly EventRecord[]): KinesisStreamEvent {
  return { Records: records.map((record) => toEventRecord(stream, shard, record)) };
}

function toEventRecord(stream: string, shard: string, record: EventRecord): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequence,
      data: record.data.toString('base64'),
      // Seconds with a fraction, as in real events.
      approximateArrivalTimestamp: record.arrivalMs / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shard}:${record.sequence}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/local`,
    awsRegion: 'local',
    eventSourceARN: stream,
  };
}

export function functionArn(functionName: string): string {
  return `arn:aws:lambda:local:${ACCOUNT}:function:${functionName}`;
}

/** Context of one invocation. */
export function toContext(functionName: string, requestId: string, remainingMs: () => number): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(functionName),
    memoryLimitInMB: '1024',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, remainingMs()),
    // Remains of the callback style, which no handler of today's runtimes can use.
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
