import { ChangeMessageVisibilityCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { DeliveryDelay } from '../../runtime/sqs';

/** SQS takes no more than 12 hours, counted from when the message was received. */
const SECONDS_MAX = 43_000;

/** Messages of an SQS queue come back when they are told to. */
export function sqsDelay(queueUrl: string, config: SQSClientConfig = {}): DeliveryDelay {
  const client = new SQSClient(config);
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
