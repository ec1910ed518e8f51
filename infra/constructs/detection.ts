import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { type IEventSourceDlq, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DeployedFunction, type DeployedFunctionProps } from './deployed-function';
import { FIVE_MINUTES } from './operations';
import { allow, allowPutting } from './permissions';
import { productMetric } from './product-metric';
import type { Surroundings } from './surroundings';

export interface DetectionProps extends Pick<DeployedFunctionProps<'detect-anomalies'>, 'uses'> {
  readonly stream: IStream;
  /** Where batches go that keep failing until they are too old. */
  readonly failedBatches: IBucket;
}

/**
 * Longest that a batch may take. Were every part to use up its own limit (cache, warming, endpoint, then 10 s each for
 * quarantine, events, rows and topic), it would take about a minute; with more than that the batch is done again.
 */
const TIMEOUT = Duration.seconds(90);

/** detect-anomalies behind the stream, as the environment sizes it, and the alarms of the way of a point. */
export class Detection extends Construct {
  constructor(scope: Construct, id: string, surroundings: Surroundings, props: DetectionProps) {
    super(scope, id);
    const { detection } = surroundings.environment;
    const detect = new DeployedFunction(this, 'detect-anomalies', surroundings, {
      description: 'Detects anomalies in batches of points',
      uses: props.uses,
      memoryMb: detection.memoryMb,
      timeout: TIMEOUT,
      inNetwork: true,
      impact: 'Points wait in the stream; none is scored or stored while this lasts.',
    });
    const source = new KinesisEventSource(props.stream, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: detection.batchRecords,
      maxBatchingWindow: Duration.seconds(detection.batchWindowSeconds),
      parallelizationFactor: detection.parallelization,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: detection.retries,
      maxRecordAge: Duration.hours(detection.recordAgeHoursMax),
      onFailure: keptIn(props.failedBatches),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    detect.addEventSource(source);
    this.watch(detect, source.eventSourceMappingId, props.stream, surroundings);
  }

  private watch(
    detect: DeployedFunction<'detect-anomalies'>,
    mapping: string,
    stream: IStream,
    { operations, environment }: Surroundings,
  ): void {
    operations.alarm(this, {
      runbook: 'detection-lags',
      impact: 'Points are scored and stored minutes after they came.',
      metric: detect.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
      above: 5 * 60_000,
      periods: 5,
    });
    operations.alarm(this, {
      runbook: 'detection-stands',
      impact: 'Points wait in the stream for more than ten minutes: nothing reads them, or far too slowly.',
      // A function that is not called has no iterator age, and no errors either. That the watch itself stands has alarms of its own.
      metric: productMetric(
        environment,
        'watch-silence',
        'waitingMs',
        Duration.minutes(environment.schedules.watchSilenceMinutes),
      ).with({ statistic: Stats.MAXIMUM }),
      above: 10 * 60_000,
      periods: 3,
      // Runs that begin a little early or late leave a period out.
      among: 5,
    });
    operations.alarm(this, {
      runbook: 'detection-throttled',
      impact: 'Points wait in the stream: Lambda may not run the function as often as they come.',
      metric: detect.metricThrottles({ statistic: Stats.SUM, period: FIVE_MINUTES }),
      above: 0,
      periods: 3,
    });
    operations.alarm(this, {
      runbook: 'batches-given-up',
      impact: 'Points were given up after all retries; they are in the bucket of failed batches and in no store.',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping },
        statistic: Stats.SUM,
        period: FIVE_MINUTES,
      }),
      above: 0,
    });
    operations.alarm(this, {
      runbook: 'points-dropped',
      impact: 'Points were given up and could not be put into the bucket of failed batches either: they are lost.',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'DroppedEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping },
        statistic: Stats.SUM,
        period: FIVE_MINUTES,
      }),
      above: 0,
    });
    operations.alarm(this, {
      runbook: 'producers-throttled',
      impact: 'Producers send more than the stream takes; those that do not retry lose points.',
      metric: stream.metric('WriteProvisionedThroughputExceeded', { statistic: Stats.SUM, period: FIVE_MINUTES }),
      above: 0,
      periods: 3,
    });
    operations.alarm(this, {
      runbook: 'records-quarantined',
      impact: 'Records that cannot be used are set aside; their sources are seen in part or not at all.',
      metric: productMetric(environment, 'detect-anomalies', 'rejected'),
      above: 100,
    });
    operations.alarm(new Construct(this, 'Trickle'), {
      runbook: 'records-quarantined',
      subject: 'again-and-again',
      impact: 'A few records are set aside again and again; a slow source may be seen in part or not at all.',
      // One bad record tells nobody. A device of which none can be used, if it speaks every few hours, is told of once.
      metric: productMetric(environment, 'detect-anomalies', 'rejected', Duration.hours(1)),
      above: 0,
      periods: 3,
      among: 24,
    });
    operations.alarm(this, {
      runbook: 'points-unscored',
      impact: 'Nobody is told of points of series beyond the budget; they are stored, as far as it says.',
      // Sources that speak once an hour are heard of as well.
      metric: productMetric(environment, 'detect-anomalies', 'unscored'),
      above: 0,
    });
    operations.alarm(this, {
      runbook: 'model-away',
      impact: 'The built-in model scores in place of the endpoint; rows are marked degraded and scored again later.',
      // Updates of the endpoint go back by it, so it fires while they are watched; where points come seldom, minutes lie apart.
      metric: productMetric(environment, 'detect-anomalies', 'degraded', Duration.minutes(1)),
      above: 0,
      periods: 3,
      among: 15,
    });
  }
}

/** The CDK's own destination lets the function read and delete as well. */
function keptIn(bucket: IBucket): IEventSourceDlq {
  return {
    bind(_, handler) {
      allowPutting(handler, bucket, 'aws/lambda/*');
      allow(handler, ['s3:ListBucket'], bucket.bucketArn);
      return { destination: bucket.bucketArn };
    },
  };
}
