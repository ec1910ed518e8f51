import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { FIVE_MINUTES } from './operations';
import { productMetric } from './product-metric';
import type { Surroundings } from './surroundings';

/** Alarms on memories of sources that are lost: nothing fails, and what weeks have taught is gone. */
export class MemoryWatch extends Construct {
  constructor(scope: Construct, id: string, { operations, environment }: Surroundings) {
    super(scope, id);
    const counted = (name: string) => productMetric(environment, 'detect-anomalies', name);
    if (environment.states.kind === 'elasticache') {
      operations.alarm(this, {
        runbook: 'cache-evicts',
        impact: 'The cache is full and drops memories of sources; what weeks have taught of them is lost.',
        metric: new Metric({
          namespace: 'AWS/ElastiCache',
          metricName: 'Evictions',
          // So a cache without nodes is named; one of nodes has a CacheClusterId.
          dimensionsMap: { clusterId: `tidewatch-${environment.name}` },
          statistic: Stats.SUM,
          period: FIVE_MINUTES,
        }),
        above: 0,
      });
    }
    operations.alarm(this, {
      runbook: 'memories-lost',
      impact: 'The cache has lost memories of sources; they know of the past what their newest rows tell, no more.',
      metric: counted('warmed'),
      // A few come back after a month of silence, or after a batch that died.
      above: 100,
    });
    operations.alarm(new Construct(this, 'Unfilled'), {
      runbook: 'memories-lost',
      subject: 'unfilled',
      impact: 'Memories of sources are lost, and so many, or the store so slow, that some begin without their past.',
      metric: counted('warmingBudgetSpent'),
      above: 0,
    });
    operations.alarm(new Construct(this, 'Unreadable'), {
      runbook: 'memories-lost',
      subject: 'unreadable',
      impact: 'Memories of sources are there and cannot be read; these sources learn anew.',
      metric: counted('stateLost'),
      above: 0,
    });
  }
}
