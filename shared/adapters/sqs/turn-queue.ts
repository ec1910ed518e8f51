import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';

export interface TurnQueueOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly queueUrl: string;
  readonly timeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const DEFAULTS = { timeoutMs: 5_000, attemptTimeoutMs: 2_000, concurrency: 32 };
/** What SQS delays a message at most; later turns are the tick's. */
const DELAY_SECONDS_MAX = 900;

/** Calls groups to their turns by delayed messages of a queue: `{"turnOf":"<group key>"}`. */
export function createTurnQueue(options: TurnQueueOptions): (group: string, at: number) => Promise<void> {
  const settings = { ...DEFAULTS, ...options };
  const client = new SQSClient(awsClientConfig(settings));
  const what = 'queue of turns';
  return async (group, at) => {
    const seconds = Math.max(0, Math.ceil((at - settings.now()) / 1_000));
    if (seconds > DELAY_SECONDS_MAX) return;
    const message = {
      QueueUrl: settings.queueUrl,
      MessageBody: JSON.stringify({ turnOf: group }),
      DelaySeconds: seconds,
    };
    await withRetries({ ...settings, part: what }, (timeoutMs) =>
      client
        .send(new SendMessageCommand(message), { abortSignal: AbortSignal.timeout(timeoutMs) })
        .catch((error: unknown) => {
          throw awsFault(error, what, timeoutMs);
        }),
    );
  };
}
