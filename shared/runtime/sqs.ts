import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type TimeLeft, timeLeftOf } from './kinesis';
import { lazy } from './lazy';

/** A message of a queue as a handler's work sees it. */
export interface QueueMessage {
  readonly id: string;
  /** By which the queue knows this delivery. */
  readonly receipt: string;
  /** What was published: a message that came through a topic is out of the topic's envelope. */
  readonly body: string;
  /** How often it was delivered, this time included. */
  readonly receives: number;
}

/** What became of a message. */
export type MessageOutcome =
  /** The queue may forget it. */
  | { readonly done: true }
  /** The queue must deliver it again, after this time if one is given. */
  | { readonly done: false; readonly afterMs?: number };

/** What a queue does when it is told that a message is to come back later. */
export interface DeliveryDelay {
  /** Best effort: if it fails, the message comes back when its visibility ends. */
  delay(receipt: string, afterMs: number): Promise<void>;
}

/** What Lambda calls for a batch of a queue. Without a context, time is not limited. */
export type SqsHandler = (
  event: Pick<SQSEvent, 'Records'>,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/**
 * A queue's function: services are built at the first batch and kept, a failed build is tried again with the next batch; then the
 * work, one outcome for each message in order. Messages that are not done stay in the queue, all others leave it, whatever
 * happens to their neighbours.
 */
export function sqsHandler<Services extends { readonly delay: DeliveryDelay }>(
  build: () => Promise<Services>,
  work: (
    messages: readonly QueueMessage[],
    services: Services,
    timeLeftMs: TimeLeft,
  ) => Promise<readonly MessageOutcome[]>,
): SqsHandler {
  const services = lazy(build);
  return async (event, context) => {
    const messages = event.Records.map(toQueueMessage);
    const built = await services();
    const outcomes = await work(messages, built, timeLeftOf(context));
    const left = messages.flatMap((message, at) => {
      const outcome = outcomes[at];
      return outcome?.done === true ? [] : [{ message, afterMs: outcome?.afterMs }];
    });
    await Promise.allSettled(
      left.map(({ message, afterMs }) => afterMs !== undefined && built.delay.delay(message.receipt, afterMs)),
    );
    return { batchItemFailures: left.map(({ message }) => ({ itemIdentifier: message.id })) };
  };
}

function toQueueMessage({ messageId, receiptHandle, body, attributes }: SQSRecord): QueueMessage {
  const receives = Number(attributes.ApproximateReceiveCount);
  return { id: messageId, receipt: receiptHandle, body: unwrapped(body), receives: receives >= 1 ? receives : 1 };
}

/** A topic wraps what it delivers unless it is told not to. */
function unwrapped(body: string): string {
  if (!body.includes('"TopicArn"')) return body;
  try {
    const { Type, Message } = JSON.parse(body) as { Type?: unknown; Message?: unknown };
    return Type === 'Notification' && typeof Message === 'string' ? Message : body;
  } catch {
    return body;
  }
}
