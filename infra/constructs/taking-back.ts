import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue';
import type { DeployedFunction } from './deployed-function';
import { FIVE_MINUTES } from './operations';
import type { Surroundings } from './surroundings';
import { takingBackSteps } from './training-steps';

export interface TakingBackProps {
  /** Whose runs. */
  readonly training: StateMachine;
  readonly abandon: DeployedFunction;
  readonly logs: ILogGroup;
}

/**
 * Takes back what a run has begun whose execution was stopped, or ran out of time. No Catch of its own sees either, so a machine
 * of its own does it, which waits for an endpoint that is busy as long as the other would.
 */
export class TakingBack extends Construct {
  constructor(scope: Construct, id: string, surroundings: Surroundings, { training, abandon, logs }: TakingBackProps) {
    super(scope, id);
    const { environment, operations } = surroundings;
    const machine = new StateMachine(this, 'Steps', {
      stateMachineName: `tidewatch-${environment.name}-training-taken-back`,
      comment: 'Takes back what a run that was ended from outside has begun',
      definitionBody: DefinitionBody.fromChainable(takingBackSteps(this, abandon)),
      tracingEnabled: environment.tracing,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    const impact = 'A run that was stopped may have left a model live, or a challenger, that nobody has decided on.';
    operations.alarm(this, {
      runbook: 'training-failed',
      subject: 'not-taken-back',
      impact,
      metric: machine.metricFailed({ period: FIVE_MINUTES }),
      above: 0,
    });
    new Rule(this, 'Ended', {
      description: 'Executions of training that were stopped, or ran out of time',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [training.stateMachineArn], status: ['TIMED_OUT', 'ABORTED'] },
      },
      targets: [
        new SfnStateMachine(machine, {
          deadLetterQueue: new DeadLetterQueue(this, 'Missed', surroundings, {
            runbook: 'training-failed',
            subject: 'end-not-seen',
            impact,
          }),
          input: RuleTargetInput.fromObject({
            run: EventField.fromPath('$.detail.name'),
            error: EventField.fromPath('$.detail.status'),
            cause: 'the execution was stopped, or its time was over, before the run had ended',
          }),
        }),
      ],
    });
  }
}
