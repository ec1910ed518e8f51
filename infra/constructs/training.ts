import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DEFAULT_SHADOW_RULES, SHADOW_HOURS_MAX } from '../../shared/training/judge-shadow';
import type { TrainingSettings } from '../config/environment';
import { knowingSettings, publishing, telling } from './data-parts';
import { DeadLetterQueue } from './dead-letter-queue';
import { DeployedFunction, type DeployedFunctionProps } from './deployed-function';
import type { FunctionName } from './function-variables';
import { liveModelParameter } from './live-model-pointer';
import type { ManagedMlflow } from './managed-mlflow';
import { type ModelPart, modelServerImage } from './model-endpoint';
import { keepingModels, type RegistryUse } from './model-registry';
import { FIVE_MINUTES } from './operations';
import { allOf, type Part, plain } from './part';
import { allow, allowPassing, allowPutting } from './permissions';
import type { Surroundings } from './surroundings';
import { TakingBack } from './taking-back';
import { TRAINING_KEYS } from './training-bucket';
import { TrainingJobs } from './training-jobs';
import {
  challenging,
  countingShadow,
  deployingDocument,
  listingPoints,
  readingAlerts,
  readingPoints,
  referring,
  workingOnRuns,
} from './training-parts';
import { trainingSteps } from './training-steps';

export interface TrainingProps {
  readonly archive: IBucket;
  readonly training: IBucket;
  /** There if the registry is one that is made here. */
  readonly mlflow: ManagedMlflow | undefined;
  readonly settings: IBucket;
  readonly alerts: ITable;
  readonly operators: ITopic;
  readonly model: ModelPart;
  /** What detection lends new series: what is replayed borrows the same. */
  readonly prior: Part<{ readonly PRIOR_FILE?: string }>;
}

/** What one function can do at a time. */
const REPLAY_TIMEOUT = Duration.minutes(15);
const STEP_TIMEOUT = Duration.minutes(5);
/** For all that is neither a job nor the shadow: functions that are tried again, and the deployment. */
const OTHERWISE = Duration.days(1);

/** The steps of training as functions, the state machine that calls them, and what starts it. */
export class Training extends Construct {
  readonly stateMachine: StateMachine;

  constructor(
    scope: Construct,
    id: string,
    private readonly surroundings: Surroundings,
    private readonly settings: TrainingSettings,
    private readonly props: TrainingProps,
  ) {
    super(scope, id);
    const { environment, operations } = surroundings;
    const { by, everyDays } = settings;
    const functions = this.functions();
    const jobs = by.kind === 'function' ? undefined : new TrainingJobs(this, 'Jobs', surroundings, by, this.jobProps());
    const logs = new LogGroup(this, 'Logs', {
      // Of this name, so that the policy of deliveries does not grow with each state machine.
      logGroupName: `/aws/vendedlogs/states/tidewatch-${environment.name}-training`,
      retention: environment.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'Steps', {
      stateMachineName: `tidewatch-${environment.name}-training`,
      comment: 'Trains a model, has it proved, and puts it live',
      definitionBody: DefinitionBody.fromChainable(trainingSteps(this, functions, jobs)),
      timeout: longestRun(environment.name, settings, jobs),
      tracingEnabled: environment.tracing,
      // Without what the steps say to each other: names of runs, and where documents are.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    jobs?.grantRunning(this.stateMachine);
    new TakingBack(this, 'TakingBack', surroundings, {
      ...{ training: this.stateMachine, abandon: functions.abandon, logs },
    });
    operations.alarm(this, {
      runbook: 'training-failed',
      impact: 'No newer model goes live; the one before scores on.',
      metric: this.stateMachine.metricFailed({ period: FIVE_MINUTES }),
      above: 0,
    });
    // One that is stopped was stopped by somebody; that it was taken back is told by mail.
    operations.alarm(new Construct(this, 'Endless'), {
      runbook: 'training-failed',
      subject: 'timed-out',
      impact: 'A training run has not ended in the time that it may take; no newer model goes live.',
      metric: this.stateMachine.metricTimedOut({ period: FIVE_MINUTES }),
      above: 0,
    });
    new CfnOutput(this, 'Machine', { value: this.stateMachine.stateMachineArn }).overrideLogicalId(
      'TrainingStateMachine',
    );
    new Schedule(this, 'Schedule', {
      scheduleName: `tidewatch-${environment.name}-training`,
      description: 'Trains on what has come since',
      schedule: ScheduleExpression.rate(Duration.days(everyDays)),
      target: new StepFunctionsStartExecution(this.stateMachine, {
        input: ScheduleTargetInput.fromObject({ trigger: 'schedule' }),
        deadLetterQueue: new DeadLetterQueue(this, 'Missed', surroundings, {
          runbook: 'schedule-missed',
          subject: 'training',
          impact: 'No newer model is trained.',
        }),
        retryAttempts: 2,
      }),
    });
  }

  private functions() {
    const { training, archive, mlflow, settings, alerts, operators, prior } = this.props;
    const { by, registry, historyDays, pointsMax, shadowHours } = this.settings;
    const runs = allOf(telling(this.surroundings.environment), workingOnRuns(training));
    const models = (use: RegistryUse) => keepingModels(training, registry, mlflow, use);
    const replaying: Part<{ readonly TRAINS: 'here' | 'in-a-job' }> =
      by.kind === 'function'
        ? allOf(plain({ TRAINS: 'here' } as const), readingPoints(archive))
        : allOf(plain({ TRAINS: 'in-a-job' } as const), takingFromJobs(training));
    const replay = {
      uses: allOf(runs, replaying),
      memoryMb: by.kind === 'function' ? by.memoryMb : 512,
      timeout: REPLAY_TIMEOUT,
    };
    return {
      prepare: this.step('prepare-training', 'Writes down what a run trains on', {
        uses: allOf(
          runs,
          models('read'),
          knowingSettings(settings),
          listingPoints(archive),
          readingAlerts(alerts),
          plain({ HISTORY_DAYS: String(historyDays), POINTS_MAX: String(pointsMax) }),
          prior,
        ),
      }),
      train: this.step('train-model', 'Trains a model', replay),
      evaluate: this.step('evaluate-model', 'Proves it on newer data', replay),
      gate: this.step('gate-model', 'Decides whether it is better', { uses: allOf(runs, models('read')) }),
      register: this.step('register-model', 'Keeps it with how it came about', {
        uses: allOf(runs, models('register'), referring(training)),
      }),
      shadow: this.step('shadow-model', 'Has it score beside the live model', {
        uses: allOf(
          runs,
          models('name'),
          challenging(settings),
          countingShadow,
          plain({ SHADOW_HOURS: String(shadowHours) }),
        ),
      }),
      deploy: this.step('deploy-model', 'Puts it live', { uses: allOf(runs, models('name'), this.deploying()) }),
      abandon: this.step('abandon-training', 'Takes back what a failed run has done', {
        uses: allOf(runs, models('name'), this.deploying(), challenging(settings), publishing(operators)),
      }),
    };
  }

  private step<Name extends FunctionName>(
    folder: Name,
    description: string,
    props: Pick<DeployedFunctionProps<Name>, 'uses'> & Partial<DeployedFunctionProps<Name>>,
  ): DeployedFunction<Name> {
    return new DeployedFunction(this, folder, this.surroundings, {
      memoryMb: 1_024,
      timeout: STEP_TIMEOUT,
      ...props,
      description,
      inNetwork: false,
      impact: 'A training run fails, or waits; the model before scores on.',
    });
  }

  /** How models are put live: on the endpoint, or by the document that a model server follows. */
  private deploying() {
    const { training, model } = this.props;
    const { environment } = this.surroundings;
    const { updatable } = model;
    if (updatable === undefined) return deployingDocument(training);
    const { endpointName, endpointArn, shippedArn, image, role, alarms } = updatable;
    const stack = Stack.of(this);
    const parameter = liveModelParameter(environment.name);
    const named = (resource: string) =>
      stack.formatArn({ service: 'sagemaker', resource, resourceName: `${endpointName}-*` });
    allow(role, ['s3:GetObject'], training.arnForObjects(`${TRAINING_KEYS.served}*`));
    allow(role, ['s3:ListBucket'], training.bucketArn);
    training.encryptionKey?.grant(role, 'kms:Decrypt');
    return {
      variables: {
        DEPLOYMENT: 'endpoint',
        ENDPOINT_NAME: endpointName,
        MODEL_IMAGE: image,
        MODEL_ROLE_ARN: role.roleArn,
        LIVE_MODEL_PARAMETER: parameter,
        ROLLBACK_ALARMS: [...alarms, `tidewatch-${environment.name}-model-away`].join(','),
      },
      grantTo(user: DeployedFunction) {
        allow(user, ['sagemaker:CreateModel', 'sagemaker:DescribeModel'], named('model'));
        allow(user, ['sagemaker:CreateEndpointConfig'], named('endpoint-config'));
        for (const configuration of [named('endpoint-config'), shippedArn])
          allow(user, ['sagemaker:DescribeEndpointConfig', 'sagemaker:UpdateEndpoint'], configuration);
        allow(user, ['sagemaker:DescribeEndpoint', 'sagemaker:UpdateEndpoint'], endpointArn);
        const alarmsArn = { service: 'cloudwatch', resource: 'alarm', resourceName: `tidewatch-${environment.name}-*` };
        allow(
          user,
          ['cloudwatch:DescribeAlarms'],
          stack.formatArn({ ...alarmsArn, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
        );
        allowPassing(user, role, 'sagemaker.amazonaws.com');
        const pointer = { service: 'ssm', resource: 'parameter', resourceName: parameter.slice(1) };
        allow(user, ['ssm:GetParameter', 'ssm:PutParameter'], stack.formatArn(pointer));
        allow(user, ['s3:GetObject'], training.arnForObjects(`${TRAINING_KEYS.served}*`));
        allowPutting(user, training, `${TRAINING_KEYS.served}*`);
      },
    } as const;
  }

  private jobProps() {
    const { training, archive, model } = this.props;
    return { training, archive, image: model.updatable?.image ?? modelServerImage(this).imageUri };
  }
}

/** However long a run may rightly take. @throws {Error} for more hours in shadow than shadow-model takes */
function longestRun(environment: string, { shadowHours }: TrainingSettings, jobs: TrainingJobs | undefined): Duration {
  if (!(shadowHours >= 0 && shadowHours <= SHADOW_HOURS_MAX))
    throw new Error(
      `${environment}: shadowHours of training are ${shadowHours}, and may be ${SHADOW_HOURS_MAX} at most; 0 is none`,
    );
  // A challenger waits so long for enough vectors, if not for its hours.
  const shadow = Math.max(Duration.hours(shadowHours).toSeconds(), DEFAULT_SHADOW_RULES.msMax / 1_000);
  const replays = jobs?.longest ?? Duration.seconds(0);
  return Duration.seconds(Math.ceil(shadow) + replays.toSeconds() + OTHERWISE.toSeconds());
}

/** Where jobs leave their documents, to read. */
function takingFromJobs(training: IBucket): Part<object> {
  return {
    variables: {},
    grantTo: (user) => allow(user, ['s3:GetObject'], training.arnForObjects(`${TRAINING_KEYS.jobs}*`)),
  };
}
