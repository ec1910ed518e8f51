import { Annotations, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type IBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Environment, StreamSettings } from '../config/environment';
import { alertsTable } from '../constructs/alerts-table';
import { dataBucket, endLogsOfEmptying } from '../constructs/data-bucket';
import { LiveModelPointer } from '../constructs/live-model-pointer';
import { ManagedMlflow } from '../constructs/managed-mlflow';
import { Network } from '../constructs/network';
import type { Part } from '../constructs/part';
import { type PointStore, pointStore } from '../constructs/point-store';
import { type StatesVariables, sourceStates } from '../constructs/source-states';
import { trainingBucket } from '../constructs/training-bucket';

/** What holds data or addresses that others have noted: it outlives every change of the functions. */
export class StatefulStack extends Stack {
  readonly stream: IStream;
  /** Anomaly events. */
  readonly anomalies: Topic;
  /** What is to be told to people. */
  readonly notifications: ITopic;
  readonly alerts: ITable;
  /** Alarms about Tidewatch itself. */
  readonly operators: Topic;
  readonly quarantine: IBucket;
  readonly settings: IBucket;
  /** Absent: points are not archived. */
  readonly archive: IBucket | undefined;
  readonly training: IBucket;
  /** Absent: models are kept elsewhere. */
  readonly mlflow: ManagedMlflow | undefined;
  readonly network: Network | undefined;
  readonly states: Part<StatesVariables>;
  readonly store: PointStore;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, {
      stackName: `tidewatch-${environment.name}-${id}`,
      description: `Tidewatch ${environment.name}: stream, states, store, topics, buckets`,
      terminationProtection: environment.data === 'kept',
      env: placeOf(environment),
    });
    const { name, data, network } = environment;
    const removalPolicy = data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const key =
      environment.encryption === 'own-key'
        ? new Key(this, 'Key', { alias: `tidewatch-${name}`, enableKeyRotation: true, removalPolicy })
        : undefined;
    this.stream = new Stream(this, 'Points', {
      streamName: `tidewatch-${name}-points`,
      retentionPeriod: Duration.hours(environment.stream.retentionHours),
      ...capacityOf(environment.stream),
      ...(key === undefined
        ? { encryption: StreamEncryption.MANAGED }
        : { encryption: StreamEncryption.KMS, encryptionKey: key }),
      removalPolicy,
    });
    this.anomalies = new Topic(this, 'Anomalies', {
      topicName: `tidewatch-${name}-anomalies`,
      enforceSSL: true,
      ...(key === undefined ? {} : { masterKey: key }),
    });
    this.notifications = new Topic(this, 'Notifications', {
      topicName: `tidewatch-${name}-notifications`,
      enforceSSL: true,
      ...(key === undefined ? {} : { masterKey: key }),
    });
    this.alerts = alertsTable(this, environment, key);
    this.operators = this.operatorsTopic(environment, key);
    // Without the own key: logs of access can be delivered under S3's alone.
    const accessLogs = dataBucket(this, 'AccessLogs', {
      environment,
      lifecycle: [{ expiration: Duration.days(90) }],
    });
    const common = { environment, key, accessLogs };
    this.quarantine = dataBucket(this, 'Quarantine', { ...common, lifecycle: [{ expiration: Duration.days(90) }] });
    this.settings = dataBucket(this, 'Settings', { ...common, versioned: true });
    this.archive =
      environment.archive === undefined
        ? undefined
        : dataBucket(this, 'Archive', { ...common, lifecycle: [archiveRule(environment.archive)] });
    this.training = trainingBucket(this, common);
    const registry = environment.training?.registry;
    this.mlflow =
      registry?.kind === 'sagemaker'
        ? new ManagedMlflow(this, 'Mlflow', environment, registry, this.training)
        : undefined;
    this.network = network === undefined ? undefined : new Network(this, 'Network', environment, network);
    this.states = sourceStates(this, environment, this.network, key);
    this.store = pointStore(this, environment, { network: this.network, key, rejected: this.quarantine });
    new LiveModelPointer(this, 'LiveModel', environment);
    endLogsOfEmptying(this, environment);
    this.tellNames();
  }

  /** What people name on the command line, told at the end of a deploy. */
  private tellNames(): void {
    const names = {
      PointsStream: this.stream.streamName,
      AlertsTable: this.alerts.tableName,
      SettingsBucket: this.settings.bucketName,
      QuarantineBucket: this.quarantine.bucketName,
      TrainingBucket: this.training.bucketName,
      ...(this.archive === undefined ? {} : { ArchiveBucket: this.archive.bucketName }),
      ...(this.mlflow === undefined ? {} : { MlflowServer: this.mlflow.arn }),
    };
    for (const [name, value] of Object.entries(names)) new CfnOutput(this, name, { value });
  }

  private operatorsTopic({ name, operators }: Environment, key: Key | undefined): Topic {
    const topic = new Topic(this, 'Operators', {
      topicName: `tidewatch-${name}-operators`,
      enforceSSL: true,
      ...(key === undefined ? {} : { masterKey: key }),
    });
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    // A topic with a policy of its own has lost the one by which alarms of its account may publish.
    topic.grantPublish(cloudWatch.withConditions({ StringEquals: { 'aws:SourceAccount': this.account } }));
    key?.grant(cloudWatch, 'kms:Decrypt', 'kms:GenerateDataKey*');
    for (const address of operators) topic.addSubscription(new EmailSubscription(address));
    if (operators.length === 0)
      Annotations.of(topic).addWarningV2(
        'tidewatch:no-operators',
        `${name}: nobody hears of its alarms: operators of its row in infra/config/environments.ts names no address`,
      );
    return topic;
  }
}

export function placeOf({ account, region }: Environment) {
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}

function capacityOf({ shards }: StreamSettings) {
  return shards === 'on-demand'
    ? { streamMode: StreamMode.ON_DEMAND }
    : { streamMode: StreamMode.PROVISIONED, shardCount: shards };
}

function archiveRule({ infrequentAfterDays, deletedAfterDays }: NonNullable<Environment['archive']>) {
  return {
    transitions: [
      { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(infrequentAfterDays) },
    ],
    ...(deletedAfterDays === undefined ? {} : { expiration: Duration.days(deletedAfterDays) }),
  };
}
