import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AlarmProps } from './operations';
import type { Surroundings } from './surroundings';

/** Where what could not be delivered ends, and the alarm that says so: nothing may lie there unseen. */
export class DeadLetterQueue extends Queue {
  constructor(
    scope: Construct,
    id: string,
    { operations }: Surroundings,
    told: Pick<AlarmProps, 'runbook' | 'subject' | 'impact'>,
  ) {
    super(scope, id, {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    operations.alarm(this, {
      ...told,
      metric: this.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
      above: 0,
    });
  }
}
