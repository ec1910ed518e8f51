import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DeliveryDelay } from '../../runtime/sqs';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';

/** SQS takes no more than 12 hours, counted from when the message was received. */
const SECONDS_MAX = 43_000;

const DEFAULTS = { attemptTimeoutMs: 2_000, concurrency: 10 };

/** Messages of an SQS queue come back when they are told to. */
export function sqsDelay(
  queueUrl: string,
  options: Partial<AwsClientOptions> & { readonly region: string },
): DeliveryDelay {
  const client = new SQSClient(awsClientConfig({ ...DEFAULTS, ...options }));
  return {
    async delay(receipt, afterMs) {
      const seconds = Math.min(SECONDS_MAX, Math.max(0, Math.ceil(afterMs / 1_000)));
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receipt,
          VisibilityTimeout: seconds,
        }),
      );
    },
  };
}
