import { Duration } from 'aws-cdk-lib';
import {
  type CatchProps,
  Choice,
  Condition,
  type CustomState,
  Fail,
  type IChainable,
  JsonPath,
  Succeed,
  TaskInput,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { DeployedFunction } from './deployed-function';
import type { TrainingJobs } from './training-jobs';

export type StepFunctionNames =
  | 'prepare'
  | 'train'
  | 'evaluate'
  | 'gate'
  | 'register'
  | 'shadow'
  | 'deploy'
  | 'abandon';
export type StepFunctions = Readonly<Record<StepFunctionNames, DeployedFunction>>;

/** A run is named as its execution; all else that steps know of it stands in its documents. */
const RUN = JsonPath.stringAt('$$.Execution.Name');
const LOOK_EVERY = Duration.seconds(30);

/** What Lambda says when it could not run a function at all. */
const OF_LAMBDA = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/**
 * The steps in their order, as one machine walks them. What is transient is tried again; what is not, or stays so, is taken
 * back by abandon-training, and the execution fails. A run that ends before it puts a model live ends well.
 */
export function trainingSteps(scope: Construct, functions: StepFunctions, jobs: TrainingJobs | undefined): IChainable {
  const inScope = new Construct(scope, 'States');
  const failed = new Fail(inScope, 'Failed', { error: 'TrainingFailed', cause: 'See outcome.json of the run' });
  const done = new Succeed(inScope, 'Done');
  const abandon = invoke(inScope, 'Abandon', functions.abandon, {
    error: JsonPath.stringAt('$.failure.Error'),
    cause: JsonPath.stringAt('$.failure.Cause'),
  });
  abandon.addCatch(failed);
  abandon.next(failed);
  const caught: CatchProps = { errors: ['States.ALL'], resultPath: '$.failure' };
  const step = (id: string, of: DeployedFunction, payload: Readonly<Record<string, unknown>> = {}) => {
    const task = invoke(inScope, id, of, payload);
    task.addCatch(abandon, caught);
    return task;
  };
  const goesOn = (id: string, next: IChainable) =>
    new Choice(inScope, id).when(Condition.booleanEquals('$.ended', true), done).otherwise(next);

  const promote = step('Promote', functions.deploy, { do: 'promote' });
  promote.next(done);
  const lookAgain = new Wait(inScope, 'WaitForDeployment', { time: WaitTime.duration(LOOK_EVERY) });
  const look = step('Look', functions.deploy, { do: 'look' });
  look.next(
    new Choice(inScope, 'IsLive')
      .when(Condition.booleanEquals('$.ended', true), done)
      .when(Condition.booleanEquals('$.live', true), promote)
      .otherwise(lookAgain),
  );
  lookAgain.next(look);
  const deploy = step('Deploy', functions.deploy, { do: 'begin' });
  deploy.next(lookAgain);

  const inShadow = new Wait(inScope, 'WaitInShadow', { time: WaitTime.secondsPath('$.waitSeconds') });
  const judge = step('Judge', functions.shadow, { do: 'judge' });
  inShadow.next(judge);
  judge.next(
    new Choice(inScope, 'IsJudged')
      .when(Condition.booleanEquals('$.ended', true), done)
      .when(Condition.numberGreaterThan('$.waitSeconds', 0), inShadow)
      .otherwise(deploy),
  );
  const shadow = step('Shadow', functions.shadow, { do: 'begin' });
  shadow.next(inShadow);

  const register = step('Register', functions.register);
  register.next(goesOn('IsLetThrough', shadow));
  const gate = step('Gate', functions.gate);
  gate.next(register);

  const results = jobs === undefined ? {} : { results: JsonPath.stringAt('$.results') };
  const evaluate = step('Evaluate', functions.evaluate, results);
  evaluate.next(gate);
  const train = step('Train', functions.train, results);
  const proved = jobs === undefined ? evaluate : jobState(jobs.state(inScope, 'EvaluateJob', 'evaluate'), evaluate);
  train.next(goesOn('IsTrained', proved));
  const trained = jobs === undefined ? train : jobState(jobs.state(inScope, 'TrainJob', 'train'), train);
  const prepare = step('Prepare', functions.prepare, { request: JsonPath.entirePayload });
  prepare.next(goesOn('IsPrepared', trained));
  return prepare;

  function jobState(job: CustomState, next: IChainable): CustomState {
    job.addCatch(abandon, caught);
    job.next(next);
    return job;
  }
}

/** What is left to do for a run whose execution was ended from outside: by its time-out or by somebody. No step of it could. */
export function takingBackSteps(scope: Construct, abandon: DeployedFunction): IChainable {
  const inScope = new Construct(scope, 'States');
  const task = invoke(inScope, 'Abandon', abandon, {
    run: JsonPath.stringAt('$.run'),
    error: JsonPath.stringAt('$.error'),
    cause: JsonPath.stringAt('$.cause'),
  });
  task.addCatch(
    new Fail(inScope, 'Failed', { error: 'TakingBackFailed', cause: 'See docs/runbook.md#training-failed' }),
  );
  return task.next(new Succeed(inScope, 'Done'));
}

function invoke(
  scope: Construct,
  id: string,
  lambdaFunction: DeployedFunction,
  payload: Readonly<Record<string, unknown>>,
): LambdaInvoke {
  const task = new LambdaInvoke(scope, id, {
    lambdaFunction,
    payload: TaskInput.fromObject({ run: RUN, ...payload }),
    outputPath: '$.Payload',
    retryOnServiceExceptions: false,
  });
  task.addRetry({ errors: OF_LAMBDA, interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 6 });
  // Of a part that does not answer for now, or of an endpoint that is busy with another update, which may take an hour and then go
  // back: an hour and a half in all.
  task.addRetry({
    errors: ['TransientFault'],
    interval: Duration.seconds(20),
    backoffRate: 2,
    maxDelay: Duration.minutes(10),
    maxAttempts: 13,
  });
  return task;
}
