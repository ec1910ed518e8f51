import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export type AlarmProps = AlarmWords & AlarmLimit;

interface AlarmWords {
  /** Its heading in docs/runbook.md, as `detection-lags`. */
  readonly runbook: string;
  /** What it is about, where several alarms have one heading. */
  readonly subject?: string;
  /** What people lose while it fires, in a sentence. */
  readonly impact: string;
  readonly metric: IMetric;
  /** In so many periods in a row; absent: in one. */
  readonly periods?: number;
  /** The newest periods among which those may lie, in place of in a row. */
  readonly among?: number;
}

/** What must go on fires without any data as well. */
type AlarmLimit =
  | { readonly above: number; readonly below?: never }
  | { readonly below: number; readonly above?: never };

/** Where alarms about Tidewatch itself go: straight to people, past the alerts that they watch over. */
export class Operations {
  constructor(
    private readonly topic: ITopic,
    /** Environment, which names its alarms. */
    private readonly environment: string,
  ) {}

  alarm(
    scope: Construct,
    { runbook, subject, impact, metric, above, below, periods = 1, among = periods }: AlarmProps,
  ): Alarm {
    const alarm = new Alarm(scope, `Alarm-${runbook}`, {
      alarmName: ['tidewatch', this.environment, runbook, ...(subject === undefined ? [] : [subject])].join('-'),
      alarmDescription: `${impact} What to do: docs/runbook.md#${runbook}`,
      metric,
      evaluationPeriods: among,
      ...(among === periods ? {} : { datapointsToAlarm: periods }),
      ...(below === undefined
        ? {
            threshold: above,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.NOT_BREACHING,
          }
        : {
            threshold: below,
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.BREACHING,
          }),
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}

export const FIVE_MINUTES = Duration.minutes(5);
