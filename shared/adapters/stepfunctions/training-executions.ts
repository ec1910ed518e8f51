import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { RunSchema } from '../../training/plan';
import type { TrainingStarter } from '../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';

export interface TrainingExecutionsOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly stateMachineArn: string;
  /** For a start, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 10_000, attemptTimeoutMs: 3_000, concurrency: 2 };

/**
 * Training as executions of a state machine: the run is the execution's name, the input `{"trigger": "drift"}`. Step Functions
 * gives no name twice in 90 days, and answers the same start again, of an execution that goes on, as it did the first time; so who
 * starts twice starts once.
 */
export function createTrainingExecutions(options: TrainingExecutionsOptions): TrainingStarter & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const client = new SFNClient(awsClientConfig(settings));
  return {
    start: async (run, trigger) =>
      withRetries({ ...settings, part: 'training' }, async (timeoutMs) => {
        const command = new StartExecutionCommand({
          stateMachineArn: settings.stateMachineArn,
          name: RunSchema.parse(run),
          input: JSON.stringify({ trigger }),
        });
        try {
          await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
          return true;
        } catch (error) {
          if (error instanceof ExecutionAlreadyExists) return false;
          throw awsFault(error, `state machine ${settings.stateMachineArn}`, timeoutMs);
        }
      }),
    close: () => client.destroy(),
  };
}
