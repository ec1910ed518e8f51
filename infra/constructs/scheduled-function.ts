import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue';
import { DeployedFunction, type DeployedFunctionProps } from './deployed-function';
import type { FunctionName } from './function-variables';
import { productMetric } from './product-metric';
import type { Surroundings } from './surroundings';

export interface ScheduledFunctionProps<Name extends FunctionName> extends DeployedFunctionProps<Name> {
  readonly everyMinutes: number;
  /** A count that each run publishes, where the function is called by others too; absent: its invocations are its runs. */
  readonly runCount?: string;
}

/**
 * A function that runs every so many minutes. A run that fails is not repeated: the next one goes on where it stopped. Calls
 * that do not even reach the function are kept and told.
 */
export class ScheduledFunction<Name extends FunctionName> extends Construct {
  readonly function: DeployedFunction<Name>;

  constructor(scope: Construct, folder: Name, surroundings: Surroundings, props: ScheduledFunctionProps<Name>) {
    super(scope, `${folder}-schedule`);
    this.function = new DeployedFunction(this, folder, surroundings, props);
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    const missed = new DeadLetterQueue(this, 'Missed', surroundings, {
      runbook: 'schedule-missed',
      subject: folder,
      impact: props.impact,
    });
    const period = Duration.minutes(Math.max(5, 3 * props.everyMinutes));
    surroundings.operations.alarm(this, {
      runbook: 'schedule-stopped',
      subject: folder,
      impact: props.impact,
      metric:
        props.runCount === undefined
          ? this.function.metricInvocations({ period })
          : productMetric(surroundings.environment, folder, props.runCount).with({
              statistic: Stats.SAMPLE_COUNT,
              period,
            }),
      below: 1,
    });
    new Schedule(this, 'Schedule', {
      scheduleName: `tidewatch-${surroundings.environment.name}-${folder}`,
      description: props.description,
      schedule: ScheduleExpression.rate(Duration.minutes(props.everyMinutes)),
      target: new LambdaInvoke(this.function, {
        deadLetterQueue: missed,
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }
}
