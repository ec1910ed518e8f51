import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { StreamEntry } from '../../runtime/records';
import { type AttemptFault, callFault, entryFault } from './put-faults';

/** What one call takes on every stream; keys count to both sizes. */
export const PUT_LIMITS = { records: 500, bytes: 5 * 1_048_576, recordBytes: 1_048_576, keyChars: 256 } as const;

/** What became of one record of a call. */
export type Attempt =
  | { readonly ok: true; readonly shard: string; readonly sequence: string }
  | { readonly ok: false; readonly fault: AttemptFault };

/** One PutRecords call. Never rejects; one attempt for each record, in order. */
export type PutCall = (records: readonly StreamEntry[]) => Promise<Attempt[]>;

/** @param stream name or ARN */
export function putCall(client: KinesisClient, stream: string, timeoutMs: number): PutCall {
  const target = stream.startsWith('arn:') ? { StreamARN: stream } : { StreamName: stream };
  return async (records) => {
    const command = new PutRecordsCommand({
      ...target,
      Records: records.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
    });
    const failed = (fault: AttemptFault) => records.map((): Attempt => ({ ok: false, fault }));
    try {
      const { Records: answers = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
      if (answers.length !== records.length) return failed(odd(stream, answers.length, records.length));
      return answers.map((answer) => attemptOf(answer, stream));
    } catch (error) {
      return failed(callFault(error, stream, timeoutMs));
    }
  };
}

interface Answer {
  readonly SequenceNumber?: string | undefined;
  readonly ShardId?: string | undefined;
  readonly ErrorCode?: string | undefined;
  readonly ErrorMessage?: string | undefined;
}

function attemptOf({ SequenceNumber, ShardId, ErrorCode, ErrorMessage }: Answer, stream: string): Attempt {
  if (ErrorCode === undefined && SequenceNumber !== undefined && ShardId !== undefined)
    return { ok: true, shard: ShardId, sequence: SequenceNumber };
  return { ok: false, fault: entryFault(ErrorCode ?? 'InternalFailure', ErrorMessage, stream) };
}

/** Nobody can say which answer belongs to which record: all are tried again. */
function odd(stream: string, answers: number, records: number): AttemptFault {
  return { isTransient: true, message: `stream ${stream} answered ${answers} times to ${records} records` };
}
