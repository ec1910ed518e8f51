import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../config/environment';
import type { FunctionName } from './function-variables';
import { FIVE_MINUTES } from './operations';

/** Of what functions publish themselves: see TelemetryVariables. */
const NAMESPACE = 'Tidewatch';

/** A count that a function publishes, by its name there. */
export function productMetric(
  environment: Environment,
  service: FunctionName,
  name: string,
  period: Duration = FIVE_MINUTES,
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { service, environment: environment.name },
    statistic: Stats.SUM,
    period,
  });
}
