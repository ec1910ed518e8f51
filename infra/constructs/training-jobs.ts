import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CustomState } from 'aws-cdk-lib/aws-stepfunctions';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { TrainingSettings } from '../config/environment';
import { allow, allowPassing, allowPutting } from './permissions';
import type { Surroundings } from './surroundings';
import { TRAINING_KEYS } from './training-bucket';

export interface TrainingJobsProps {
  readonly training: IBucket;
  readonly archive: IBucket;
  /** The model server's: its `train` is the job. */
  readonly image: string;
}

type BySageMaker = TrainingSettings['by'] & { readonly kind: 'sagemaker' };

/** Lines of the job that become metrics: see JOB_METRICS of the model server. */
const METRICS = ['points', 'windows', 'f1', 'championF1', 'recall', 'falseAlarms', 'rocAuc'];
/** SageMaker's, for all of an account. */
const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
/** A spot machine is waited for so many times as long as the job may take. */
const SPOT_WAIT_TIMES = 2;
const MAX_SECONDS = 432_000;
/** A job that has failed. */
const TRIED_AGAIN = 2;

/** Training jobs of SageMaker: the model server's image with the word `train`. */
export class TrainingJobs extends Construct {
  private readonly role: Role;
  /** What names of the environment's jobs begin with: two environments of one account do not touch each other's. */
  private readonly named: string;

  constructor(
    scope: Construct,
    id: string,
    { environment }: Surroundings,
    private readonly settings: BySageMaker,
    private readonly props: TrainingJobsProps,
  ) {
    super(scope, id);
    const { training, archive } = props;
    this.named = `tidewatch-${environment.name}-`;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      description: `Of training jobs in ${environment.name}: reads points and documents, writes documents and logs`,
    });
    const stack = Stack.of(this);
    for (const keys of [`${TRAINING_KEYS.runs}*`, `${TRAINING_KEYS.jobs}*`])
      allow(this.role, ['s3:GetObject'], training.arnForObjects(keys));
    allowPutting(this.role, training, `${TRAINING_KEYS.jobs}*`);
    allow(this.role, ['s3:GetObject'], archive.arnForObjects('points/*'));
    for (const bucket of [training, archive]) allow(this.role, ['s3:ListBucket'], bucket.bucketArn);
    archive.encryptionKey?.grant(this.role, 'kms:Decrypt');
    // Streams are named as their jobs; that one may be made is asked of the group, which is everybody's.
    const logs = (streams: string) =>
      stack.formatArn({ service: 'logs', resource: `log-group:${LOG_GROUP}:${streams}` });
    allow(this.role, ['logs:CreateLogStream', 'logs:DescribeLogStreams'], logs('*'));
    allow(this.role, ['logs:PutLogEvents'], logs(`log-stream:${this.named}*`));
    allow(this.role, ['ecr:GetAuthorizationToken'], '*');
    allow(
      this.role,
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: `cdk-*-${stack.region}` }),
    );
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' } },
      }),
    );
    keptLogGroup(this, environment.logDays);
  }

  /** Of both jobs of a run, with all their tries. */
  get longest(): Duration {
    const { hoursMax, spot } = this.settings;
    const seconds = Duration.hours(hoursMax).toSeconds();
    return Duration.seconds(2 * (1 + TRIED_AGAIN) * (spot ? waitSeconds(seconds) : seconds));
  }

  /** One job, waited for; what comes next is told where it left its documents. */
  state(scope: Construct, id: string, step: 'train' | 'evaluate'): CustomState {
    const { training, image } = this.props;
    const { instance, gigabytes, hoursMax, spot } = this.settings;
    const of = (keys: string) => `States.Format('s3://${training.bucketName}/${keys}', $$.Execution.Name)`;
    const channel = (ChannelName: string, S3DataType: string, keys: string) => ({
      ChannelName,
      InputMode: 'File',
      DataSource: { S3DataSource: { S3DataType, 'S3Uri.$': of(keys), S3DataDistributionType: 'FullyReplicated' } },
    });
    const seconds = Duration.hours(hoursMax).toSeconds();
    const key = training.encryptionKey;
    const state = new CustomState(scope, id, {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Stack.of(this).partition}:states:::sagemaker:createTrainingJob.sync`,
        Parameters: {
          // Another one for each try: a name is never free again. 63 characters at most, so the end of a UUID has to do.
          'TrainingJobName.$': `States.Format('${this.named}${step}-{}', States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4))`,
          AlgorithmSpecification: {
            TrainingImage: image,
            TrainingInputMode: 'File',
            MetricDefinitions: METRICS.map((name) => ({
              Name: `tidewatch:${name}`,
              Regex: `tidewatch\\.${name}=([-+0-9.eE]+)`,
            })),
          },
          RoleArn: this.role.roleArn,
          HyperParameters: { 'run.$': '$$.Execution.Name', step },
          InputDataConfig: [
            channel('plan', 'S3Prefix', `${TRAINING_KEYS.runs}{}/plan.json`),
            channel('points', 'ManifestFile', `${TRAINING_KEYS.runs}{}/points.manifest`),
            ...(step === 'train' ? [] : [channel('model', 'S3Prefix', `${TRAINING_KEYS.runs}{}/`)]),
          ],
          OutputDataConfig: {
            'S3OutputPath.$': of(`${TRAINING_KEYS.jobs}{}`),
            CompressionType: 'NONE',
            ...(key === undefined ? {} : { KmsKeyId: key.keyArn }),
          },
          CheckpointConfig: { 'S3Uri.$': of(`${TRAINING_KEYS.jobs}{}/checkpoints-${step}`) },
          ResourceConfig: { InstanceCount: 1, InstanceType: instance, VolumeSizeInGB: gigabytes },
          StoppingCondition: {
            MaxRuntimeInSeconds: seconds,
            ...(spot ? { MaxWaitTimeInSeconds: waitSeconds(seconds) } : {}),
          },
          EnableManagedSpotTraining: spot,
          EnableNetworkIsolation: true,
        },
        ResultSelector: { 'results.$': '$.ModelArtifacts.S3ModelArtifacts' },
      },
    });
    state.addRetry({
      errors: ['SageMaker.AmazonSageMakerException', 'SageMaker.ResourceLimitExceededException', 'ThrottlingException'],
      interval: Duration.seconds(30),
      backoffRate: 2,
      maxAttempts: 6,
    });
    // A job that has begun and failed, of whatever: SageMaker's own errors and too few machines come under this name alone.
    state.addRetry({
      errors: ['States.TaskFailed'],
      interval: Duration.minutes(5),
      backoffRate: 3,
      maxAttempts: TRIED_AGAIN,
    });
    return state;
  }

  /** To start jobs, to be told of their end, and to stop them. */
  grantRunning(user: IGrantable): void {
    const stack = Stack.of(this);
    // Step Functions tags a job that it waits for, whatever the state says.
    const actions = ['AddTags', 'CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob'];
    allow(
      user,
      actions.map((one) => `sagemaker:${one}`),
      stack.formatArn({ service: 'sagemaker', resource: 'training-job', resourceName: `${this.named}*` }),
    );
    // It asks before it knows the job's whole name.
    allow(user, ['sagemaker:ListTags'], '*');
    allowPassing(user, this.role, 'sagemaker.amazonaws.com');
    const rule = 'StepFunctionsGetEventsForSageMakerTrainingJobsRule';
    allow(
      user,
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      stack.formatArn({ service: 'events', resource: 'rule', resourceName: rule }),
    );
  }
}

function waitSeconds(seconds: number): number {
  return Math.min(MAX_SECONDS, SPOT_WAIT_TIMES * seconds);
}

/** The log group is all environments' of the account: made where there is none, and its logs end. */
function keptLogGroup(scope: Construct, logDays: number): void {
  const resources = [Stack.of(scope).formatArn({ service: 'logs', resource: `log-group:${LOG_GROUP}` })];
  const common = {
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [...resources, `${resources[0]}:*`] }),
    installLatestAwsSdk: false,
    logGroup: new LogGroup(scope, 'MakerLogs', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY }),
  };
  const made = new AwsCustomResource(scope, 'LogGroup', {
    ...common,
    onCreate: {
      service: 'CloudWatchLogs',
      action: 'createLogGroup',
      parameters: { logGroupName: LOG_GROUP },
      ignoreErrorCodesMatching: 'ResourceAlreadyExistsException',
      physicalResourceId: PhysicalResourceId.of(LOG_GROUP),
    },
  });
  const retention = {
    service: 'CloudWatchLogs',
    action: 'putRetentionPolicy',
    parameters: { logGroupName: LOG_GROUP, retentionInDays: logDays },
    physicalResourceId: PhysicalResourceId.of(`${LOG_GROUP}-retention`),
  };
  new AwsCustomResource(scope, 'LogRetention', {
    ...common,
    onCreate: retention,
    onUpdate: retention,
  }).node.addDependency(made);
}
