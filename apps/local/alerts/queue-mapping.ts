import type { SQSRecord } from 'aws-lambda';
import type { StoreQueue } from '../../../shared/adapters/embedded/store-queue';
import type { SqsHandler } from '../../../shared/runtime/sqs';

export interface QueueMappingOptions {
  readonly batchSize?: number;
  /** For how long a batch is nobody else's. */
  readonly visibilityMs?: number;
  /** Receives after which a message is a dead letter. */
  readonly receivesMax?: number;
  /** How often it looks without being called. */
  readonly everyMs?: number;
  readonly onProblem: (what: string, error: unknown) => void;
}

export interface QueueMapping {
  /** There is something new. */
  wake(): void;
  /** Lets the batch in flight end. */
  stop(): Promise<void>;
}

const DEFAULTS = { batchSize: 10, visibilityMs: 60_000, receivesMax: 40, everyMs: 1_000 };

/** Lambda's mapping of a queue on one machine: batches, partial batch response, dead letters. One batch at a time. */
export function startQueueMapping(queue: StoreQueue, handler: SqsHandler, options: QueueMappingOptions): QueueMapping {
  const { batchSize, visibilityMs, receivesMax, everyMs, onProblem } = { ...DEFAULTS, ...options };
  let running: Promise<void> | undefined;
  let isStopped = false;
  let isWoken = false;
  const drain = async () => {
    for (;;) {
      isWoken = false;
      const messages = await queue.receive(batchSize, visibilityMs);
      if (messages.length > 0) {
        const { batchItemFailures } = await handler({
          Records: messages.map((message) => recordOf(message, queue.name)),
        });
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        for (const { id, receives } of messages) {
          if (!failed.has(id)) await queue.remove(id);
          else if (receives >= receivesMax) {
            await queue.bury(id);
            onProblem(`queue ${queue.name}`, new Error(`a message was given up after ${receives} tries`));
          }
        }
      }
      if (isStopped || (messages.length === 0 && !isWoken)) return;
    }
  };
  const wake = () => {
    isWoken = true;
    if (isStopped) return;
    running ??= drain()
      .catch((error: unknown) => onProblem(`queue ${queue.name}`, error))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(wake, everyMs);
  wake();
  return {
    wake,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** The receipt is the message's own id. */
function recordOf({ id, body, receives }: { id: string; body: string; receives: number }, queue: string): SQSRecord {
  const time = String(Date.now());
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: time,
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: time,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:local:sqs:local:000000000000:${queue}`,
    awsRegion: 'local',
  };
}
