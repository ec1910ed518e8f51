import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  Row,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import type { FunctionName } from './function-variables';
import { productMetric } from './product-metric';
import type { Surroundings } from './surroundings';

const FULL = 24;
const THIRD = 8;
const MINUTE = Duration.minutes(1);
const STAGES = ['plan', 'load', 'warm', 'advance', 'score', 'conclude', 'store', 'publish', 'file', 'commit'] as const;
const CHANNELS = ['slack', 'email', 'webhook'] as const;

/** One page on which to see whether points flow, how late they are, what is found, who is told, and what it costs. */
export class OperationsDashboard extends Construct {
  private readonly environment: Environment;

  constructor(scope: Construct, id: string, { environment }: Surroundings) {
    super(scope, id);
    this.environment = environment;
    const { name } = environment;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `tidewatch-${name}`,
      defaultInterval: Duration.hours(3),
    });
    dashboard.addWidgets(this.words(), this.flow(), this.found(), this.troubles(), this.costs());
  }

  private words(): IWidget {
    const { name, budget } = this.environment;
    const bound =
      budget === undefined
        ? 'no budget of series'
        : `budget of ${budget.series} series, and ${budget.strangers} without a memory`;
    return new TextWidget({
      width: FULL,
      height: 2,
      markdown: `# Tidewatch ${name}\nAn alarm names its heading in docs/runbook.md; metrics are in docs/operations.md. ${bound}.`,
    });
  }

  private flow(): IWidget {
    const detect = this.counter('detect-anomalies');
    return new Row(
      graph('flow, a minute', [
        detect('records'),
        detect('points'),
        detect('values'),
        this.ofStream('IncomingRecords', Stats.SUM),
      ]),
      graph('lag, ms', [
        this.ofFunction('detect-anomalies', 'IteratorAge', Stats.MAXIMUM),
        detect('lagMs', 'p50'),
        detect('lagMs', 'p99'),
        this.counter('watch-silence')('waitingMs', Stats.MAXIMUM),
      ]),
      graph(
        'latency of a batch by stage, ms on average',
        STAGES.map((stage) => detect(`${stage}Ms`, Stats.AVERAGE)),
        true,
      ),
    );
  }

  private found(): IWidget {
    const route = this.counter('route-alerts');
    const watch = this.counter('watch-silence');
    return new Row(
      graph('anomalies', [
        this.counter('detect-anomalies')('anomalies'),
        watch('opened'),
        watch('missed'),
        this.counter('rescore-degraded')('corrected'),
      ]),
      graph('alerts', [route('began'), route('told'), route('failed')]),
      graph(
        'notifications by channel',
        CHANNELS.flatMap((channel) => {
          const notify = this.counter(`notify-${channel}`);
          return (['sent', 'later', 'refused'] as const).map((outcome) =>
            notify(outcome).with({ label: `${channel} ${outcome}` }),
          );
        }),
      ),
    );
  }

  private troubles(): IWidget {
    const detect = this.counter('detect-anomalies');
    const names = ['rejected', 'late', 'duplicates', 'misrouted', 'redriven'] as const;
    return new Row(
      graph(
        'points out of the ordinary',
        names.map((one) => detect(one)),
      ),
      graph('the model', [
        detect('degraded'),
        detect('circuitOpen', Stats.MAXIMUM),
        detect('modelMismatches'),
        this.counter('rescore-degraded')('rows'),
      ]),
      graph('memory', [
        detect('unscored'),
        detect('overBudget'),
        detect('warming'),
        detect('warmed'),
        detect('warmingBudgetSpent'),
        detect('stateLost'),
        detect('recomputed'),
      ]),
    );
  }

  private costs(): IWidget {
    const { name, states, store, model } = this.environment;
    const graphs = [
      graph('what Kinesis and Lambda charge', [
        this.ofStream('IncomingBytes', Stats.SUM),
        this.ofFunction('detect-anomalies', 'Duration', Stats.SUM),
        this.ofFunction('detect-anomalies', 'Invocations', Stats.SUM),
      ]),
      ...(states.kind === 'elasticache'
        ? [
            graph('cache', [
              this.ofCache('ElastiCacheProcessingUnits', Stats.SUM),
              this.ofCache('BytesUsedForCache'),
              this.ofCache('Evictions', Stats.SUM),
            ]),
          ]
        : []),
      graph('states, bytes', [
        this.counter('detect-anomalies')('stateBytesMean', Stats.AVERAGE),
        this.counter('detect-anomalies')('stateBytesMax', Stats.MAXIMUM),
      ]),
      ...(model.kind === 'sagemaker' ? [graph('endpoint, % of a processor', [endpointProcessor(name)])] : []),
      ...(store.kind === 'timestream-influx'
        ? [
            graph(
              'store, %',
              ['CPUUtilization', 'MemoryUtilization', 'DiskUtilization'].map((one) => ofInflux(name, one)),
            ),
          ]
        : []),
    ];
    return new Row(...graphs);
  }

  /** What a function publishes. */
  private counter(service: FunctionName) {
    return (metric: string, statistic: string = Stats.SUM) =>
      productMetric(this.environment, service, metric).with({ statistic, period: MINUTE });
  }

  private ofFunction(folder: FunctionName, metricName: string, statistic: string): Metric {
    const dimensionsMap = { FunctionName: `tidewatch-${this.environment.name}-${folder}` };
    return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic, period: MINUTE });
  }

  private ofStream(metricName: string, statistic: string): Metric {
    const dimensionsMap = { StreamName: `tidewatch-${this.environment.name}-points` };
    return new Metric({ namespace: 'AWS/Kinesis', metricName, dimensionsMap, statistic, period: MINUTE });
  }

  /** By a search, since AWS's pages do not say what the dimension of a serverless cache is called. */
  private ofCache(metricName: string, statistic: string = Stats.MAXIMUM): IMetric {
    const search = `Namespace="AWS/ElastiCache" MetricName="${metricName}" "tidewatch-${this.environment.name}"`;
    return new MathExpression({
      expression: `SEARCH('${search}', '${statistic}', 60)`,
      label: metricName,
      period: MINUTE,
      searchRegion: Stack.of(this).region,
    });
  }
}

/** Percent of one processor, of the variant that scores. */
function endpointProcessor(environment: string): Metric {
  return new Metric({
    namespace: '/aws/sagemaker/Endpoints',
    metricName: 'CPUUtilization',
    dimensionsMap: { EndpointName: `tidewatch-${environment}`, VariantName: 'live' },
    statistic: Stats.AVERAGE,
    period: MINUTE,
  });
}

/** What Timestream for InfluxDB says of an environment's instance. */
export function ofInflux(environment: string, metricName: string): Metric {
  return new Metric({
    namespace: 'AWS/Timestream/InfluxDB',
    metricName,
    dimensionsMap: { DbInstanceName: `tidewatch-${environment}` },
    statistic: Stats.MAXIMUM,
    period: MINUTE,
  });
}

function graph(title: string, left: readonly IMetric[], stacked = false): GraphWidget {
  return new GraphWidget({ title, left: [...left], stacked, width: THIRD, height: 6, leftYAxis: { min: 0 } });
}
