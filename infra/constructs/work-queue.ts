import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type ITopic, SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue';
import type { DeployedFunction } from './deployed-function';
import { FIVE_MINUTES } from './operations';
import type { Surroundings } from './surroundings';

export interface WorkQueueProps {
  /** Whose queue it is, for the alarm. */
  readonly subject: string;
  /** What people lose of a message that is given up. */
  readonly impact: string;
  /** How often a message is delivered before it is given up. */
  readonly receivesMax: number;
  /** Longest that a batch may take. */
  readonly timeout: Duration;
  /** How old a message may get before somebody should look; absent: as old as it likes. */
  readonly ageMax?: Duration;
}

/** AWS advises six times the function's time-out: a batch that is throttled is tried again within it. */
const VISIBILITY_TIMEOUTS = 6;
const BATCH_MESSAGES = 10;

/** A function's queue, and the one where messages go that it could not take. */
export class WorkQueue extends Queue {
  private readonly givenUp: DeadLetterQueue;

  constructor(
    scope: Construct,
    id: string,
    surroundings: Surroundings,
    { subject, impact, receivesMax, timeout, ageMax }: WorkQueueProps,
  ) {
    const told = { runbook: 'messages-given-up', subject, impact };
    const givenUp = new DeadLetterQueue(scope, `${id}GivenUp`, surroundings, told);
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(7),
      visibilityTimeout: Duration.seconds(VISIBILITY_TIMEOUTS * timeout.toSeconds()),
      deadLetterQueue: { queue: givenUp, maxReceiveCount: receivesMax },
    });
    this.givenUp = givenUp;
    if (ageMax === undefined) return;
    // A message that a function puts back is no error of the function's, and one that nobody takes is none either.
    surroundings.operations.alarm(this, {
      runbook: 'messages-wait',
      subject,
      impact,
      metric: this.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
      above: ageMax.toSeconds(),
    });
  }

  /** Fills it with what a topic publishes, without the topic's envelope; with `channel`, with what is for that channel. */
  subscribeTo(topic: ITopic, channel?: string): void {
    const filterPolicy =
      channel === undefined
        ? {}
        : { filterPolicy: { channel: SubscriptionFilter.stringFilter({ allowlist: [channel] }) } };
    topic.addSubscription(
      new SqsSubscription(this, { rawMessageDelivery: true, deadLetterQueue: this.givenUp, ...filterPolicy }),
    );
  }

  /** @param batchesAtOnce at most; 2 at least */
  feed(worker: DeployedFunction, batchesAtOnce: number): void {
    worker.addEventSource(
      new SqsEventSource(this, {
        batchSize: BATCH_MESSAGES,
        reportBatchItemFailures: true,
        maxConcurrency: batchesAtOnce,
      }),
    );
  }
}
