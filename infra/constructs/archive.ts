import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import {
  Compression,
  DeliveryStream,
  EnableLogging,
  type IDataProcessor,
  KinesisStreamSource,
  S3Bucket,
} from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ArchiveSettings } from '../config/environment';
import { telling } from './data-parts';
import { DeployedFunction } from './deployed-function';
import { FIVE_MINUTES } from './operations';
import { productMetric } from './product-metric';
import type { Surroundings } from './surroundings';

/** Raw data in one call of the function: even of the smallest points, lines of so much fit into its answer. */
const CALL_MEBIBYTES = 384 / 1_024;
const CALL_SECONDS = 60;

/** Every record of the stream in S3 as it arrived, with where it lay, by hour. */
export class Archive extends Construct {
  constructor(
    scope: Construct,
    id: string,
    surroundings: Surroundings,
    {
      stream,
      bucket,
      settings,
    }: { readonly stream: IStream; readonly bucket: IBucket; readonly settings: ArchiveSettings },
  ) {
    super(scope, id);
    const { environment, operations } = surroundings;
    const impact = 'Points are missing from the archive, and so from training data; detection is not touched.';
    const wrap = new DeployedFunction(this, 'archive-points', surroundings, {
      description: 'Wraps records as lines of the archive',
      uses: telling(environment),
      memoryMb: 512,
      timeout: Duration.minutes(1),
      inNetwork: false,
      impact,
    });
    const delivery = new DeliveryStream(this, 'Delivery', {
      deliveryStreamName: `tidewatch-${environment.name}-archive`,
      source: new KinesisStreamSource(stream),
      destination: new S3Bucket(bucket, {
        processors: [calling(wrap)],
        dataOutputPrefix: 'points/!{timestamp:yyyy-MM-dd}/!{timestamp:HH}/',
        errorOutputPrefix: 'failed/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
        compression: Compression.GZIP,
        fileExtension: '.ndjson.gz',
        bufferingInterval: Duration.seconds(settings.bufferSeconds),
        bufferingSize: Size.mebibytes(settings.bufferMegabytes),
        loggingConfig: new EnableLogging(
          new LogGroup(this, 'Logs', { retention: environment.logDays, removalPolicy: RemovalPolicy.DESTROY }),
        ),
      }),
    });
    operations.alarm(this, {
      runbook: 'archive-lags',
      impact,
      metric: new Metric({
        namespace: 'AWS/Firehose',
        metricName: 'DeliveryToS3.DataFreshness',
        dimensionsMap: { DeliveryStreamName: delivery.deliveryStreamName },
        statistic: Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      above: 4 * settings.bufferSeconds,
      periods: 3,
    });
    operations.alarm(this, {
      runbook: 'archive-left-raw',
      impact: 'Points lie in the archive as Firehose writes failed records, without their place in the stream.',
      metric: productMetric(environment, 'archive-points', 'leftRaw'),
      above: 0,
    });
  }
}

/** The CDK's own processor takes whole mebibytes only. */
function calling(wrap: DeployedFunction): IDataProcessor {
  return {
    props: {},
    bind(_, { role }) {
      wrap.grantInvoke(role);
      const identifier = { parameterName: 'LambdaArn', parameterValue: wrap.functionArn };
      return {
        processorType: 'Lambda',
        processorIdentifier: identifier,
        parameters: [
          identifier,
          { parameterName: 'RoleArn', parameterValue: role.roleArn },
          { parameterName: 'BufferSizeInMBs', parameterValue: String(CALL_MEBIBYTES) },
          { parameterName: 'BufferIntervalInSeconds', parameterValue: String(CALL_SECONDS) },
        ],
      };
    },
  };
}
