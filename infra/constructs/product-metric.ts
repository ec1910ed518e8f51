import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../config/environment';
import type { FunctionName } from './function-variables';
import { FIVE_MINUTES } from './operations';

/** Of the functions' own metrics: one for each environment, so that those of one account do not mix. */
export function metricsNamespace({ name }: Environment): string {
  return `Tidewatch/${name}`;
}

/** A count that a function publishes, by its name there. */
export function productMetric(environment: Environment, service: FunctionName, name: string): Metric {
  return new Metric({
    namespace: metricsNamespace(environment),
    metricName: name,
    dimensionsMap: { service },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
  });
}
