import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { telling } from './data-parts';
import { allOf, type Part, plain } from './part';
import { allow } from './permissions';
import { productMetric } from './product-metric';
import { ScheduledFunction } from './scheduled-function';
import type { Surroundings } from './surroundings';
import { TRAINING_KEYS } from './training-bucket';

export interface DriftWatchProps {
  /** Where detection counts, and the newest training has left what to compare with. */
  readonly training: IBucket;
  /** What trains; absent: people are told, and nothing starts by itself. */
  readonly stateMachine?: IStateMachine;
}

const EVERY_MINUTES = 60;

/** watch-drift: do live vectors look as they did to training? Past the limit it starts training, once a day. */
export class DriftWatch extends Construct {
  constructor(scope: Construct, id: string, surroundings: Surroundings, { training, stateMachine }: DriftWatchProps) {
    super(scope, id);
    const { environment, operations } = surroundings;
    const { limit, hours, vectorsMin } = environment.drift;
    new ScheduledFunction(this, 'watch-drift', surroundings, {
      description: 'Compares live vectors with those that training saw',
      everyMinutes: EVERY_MINUTES,
      uses: allOf(
        telling(environment),
        comparing(training),
        startingTraining(stateMachine),
        plain({ DRIFT_LIMIT: `${limit}`, DRIFT_HOURS: `${hours}`, DRIFT_VECTORS_MIN: `${vectorsMin}` }),
      ),
      memoryMb: 512,
      timeout: Duration.minutes(5),
      inNetwork: false,
      impact: 'Nobody notices that data no longer look as they did to training.',
    });
    operations.alarm(this, {
      runbook: 'drift',
      impact: 'Data no longer look as they did to training: thresholds may give more or fewer alarms than asked for.',
      metric: productMetric(environment, 'watch-drift', 'driftFeatures').with({
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(EVERY_MINUTES),
      }),
      above: 0,
      // Training that it starts has ended by then, and has left something newer to compare with.
      periods: 24,
    });
  }
}

/** Distributions, live ones and those of training, to read. */
function comparing(training: IBucket): Part<{ readonly TRAINING_BUCKET: string }> {
  return {
    variables: { TRAINING_BUCKET: training.bucketName },
    grantTo(user) {
      allow(user, ['s3:GetObject'], training.arnForObjects(TRAINING_KEYS.reference));
      allow(user, ['s3:GetObject'], training.arnForObjects(`${TRAINING_KEYS.distributions}*`));
      allow(user, ['s3:ListBucket'], training.bucketArn);
      training.encryptionKey?.grant(user, 'kms:Decrypt');
    },
  };
}

/** The state machine that trains, to start. */
function startingTraining(stateMachine: IStateMachine | undefined): Part<{ readonly TRAINING_STATE_MACHINE?: string }> {
  if (stateMachine === undefined) return plain({});
  const { stateMachineArn } = stateMachine;
  return {
    variables: { TRAINING_STATE_MACHINE: stateMachineArn },
    grantTo: (user) => allow(user, ['states:StartExecution'], stateMachineArn),
  };
}
