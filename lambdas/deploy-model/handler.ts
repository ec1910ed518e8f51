import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openDeployment } from '../../shared/adapters/training/deployment-variables';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import {
  beginDeployment,
  type DeployServices,
  lookAtDeployment,
  promoteStep,
} from '../../shared/training/steps/deploy';
import type { StepAnswer, StepRequest } from '../../shared/training/steps/order';
import { type Config, ConfigSchema } from './config';

interface Request extends StepRequest {
  readonly do: keyof typeof STEPS;
}
const STEPS = { begin: beginDeployment, look: lookAtDeployment, promote: promoteStep } as const;

const telemetry = openTelemetry('deploy-model', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(
  telemetry,
  async (request: Request): Promise<StepAnswer> => STEPS[request.do](await built(), request),
);

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<DeployServices> {
  return {
    workspace: openTrainingWorkspace(config),
    registry: await openModels(config),
    deployment: openDeployment(config, config.AWS_REGION, config.TRAINING_BUCKET),
    now: telemetry.now,
  };
}
