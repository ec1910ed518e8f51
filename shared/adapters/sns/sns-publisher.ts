import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { AwsRefusal, awsFault } from '../aws/aws-faults';
import { Again, type RetryOptions, withRetries } from '../with-retries';
import { type Entry, splitEntries } from './entries';

export interface SnsTopicOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly topicArn: string;
  /** For each call, of ten entries at most, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

/** Publishes entries at one topic: as many a call as it takes, several calls at a time; what a call leaves out again. */
export interface SnsPublisher {
  publish(entries: readonly Entry[]): Promise<void>;
  close(): void;
}

const DEFAULTS = { timeoutMs: 10_000, attemptTimeoutMs: 3_000, concurrency: 4 };

/**
 * `publish` rejects with a TransientFault when not all were taken in time, with {@link AwsRefusal} when the service will never
 * take one; others of the same publish may have been taken.
 *
 * @param names of the part that fails, as "topic", and of what is published, as "events"
 */
export function createSnsPublisher(
  options: SnsTopicOptions,
  { part, noun }: { readonly part: string; readonly noun: string },
): SnsPublisher {
  const settings = { ...DEFAULTS, ...options };
  const client = new SNSClient(awsClientConfig(settings));
  const { topicArn, concurrency } = settings;
  const retries = { ...settings, part };
  return {
    async publish(entries) {
      const batches = splitEntries(entries);
      let next = 0;
      const worker = async () => {
        while (next < batches.length) await publishBatch(client, topicArn, batches[next++]!, retries, noun);
      };
      const workers = Array.from({ length: Math.min(concurrency, batches.length) }, worker);
      const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    },
    close: () => client.destroy(),
  };
}

async function publishBatch(
  client: SNSClient,
  topicArn: string,
  entries: readonly Entry[],
  retries: RetryOptions,
  noun: string,
): Promise<void> {
  const what = `topic ${topicArn}`;
  let left = entries;
  await withRetries(retries, async (timeoutMs) => {
    const command = new PublishBatchCommand({
      TopicArn: topicArn,
      PublishBatchRequestEntries: left.map(({ message, attributes }, i) => ({
        Id: String(i),
        Message: message,
        MessageAttributes: attributes,
      })),
    });
    const answer = await client
      .send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
      .catch((error: unknown) => {
        throw awsFault(error, what, timeoutMs);
      });
    const taken = new Set(answer.Successful?.map(({ Id }) => Id));
    const [refused] = answer.Failed?.filter(({ SenderFault }) => SenderFault === true) ?? [];
    if (refused !== undefined) {
      throw new AwsRefusal(
        refused.Code ?? 'Error',
        `${what} refuses one of the ${noun} (${refused.Code}): ${refused.Message}`,
      );
    }
    // What is neither taken nor named as failed was not taken either.
    left = left.filter((_, i) => !taken.has(String(i)));
    if (left.length > 0) {
      throw new Again(`${what} left out ${left.length} of ${entries.length} ${noun} (${answer.Failed?.[0]?.Code})`);
    }
  });
}
