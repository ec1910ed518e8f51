import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';

/** How long a part of the traffic, or all of it, goes to the new model while alarms are watched, before it goes on: alarms must be faster. */
export const BAKING_SECONDS = 600;
/** How long the old instances stay after that: going back to them takes no time. */
const TERMINATION_SECONDS = 300;
/** An update that takes longer goes back. */
export const UPDATE_SECONDS_MAX = 3_600;
/** Of the instances; SageMaker takes half at most. */
const CANARY_PERCENT = 34;

/**
 * A canary where there are instances to divide, else all traffic at once to a second fleet; in both cases alarms turn it back.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html
 */
export function blueGreen(instances: number, alarms: readonly string[]): DeploymentConfig {
  return {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        ...(instances > 1
          ? { Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: CANARY_PERCENT } }
          : { Type: 'ALL_AT_ONCE' }),
        WaitIntervalInSeconds: BAKING_SECONDS,
      },
      TerminationWaitInSeconds: TERMINATION_SECONDS,
      MaximumExecutionTimeoutInSeconds: UPDATE_SECONDS_MAX,
    },
    AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) },
  };
}
