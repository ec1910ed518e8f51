import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmProps {
  /** Its heading in docs/runbook.md, as `detection-lags`. */
  readonly runbook: string;
  /** What it is about, where several alarms have one heading. */
  readonly subject?: string;
  /** What people lose while it fires, in a sentence. */
  readonly impact: string;
  readonly metric: IMetric;
  /** It fires above this … */
  readonly above: number;
  /** … in so many periods in a row; absent: in one. */
  readonly periods?: number;
  /** Does it also fire when there is no data at all? */
  readonly firesWithoutData?: boolean;
}

/** Where alarms about Tidewatch itself go: straight to people, past the alerts that they watch over. */
export class Operations {
  constructor(
    private readonly topic: ITopic,
    /** Environment, which names its alarms. */
    private readonly environment: string,
  ) {}

  alarm(
    scope: Construct,
    { runbook, subject, impact, metric, above, periods = 1, firesWithoutData }: AlarmProps,
  ): Alarm {
    const alarm = new Alarm(scope, `Alarm-${runbook}`, {
      alarmName: ['tidewatch', this.environment, runbook, ...(subject === undefined ? [] : [subject])].join('-'),
      alarmDescription: `${impact} What to do: docs/runbook.md#${runbook}`,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: firesWithoutData ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}

export const FIVE_MINUTES = Duration.minutes(5);
