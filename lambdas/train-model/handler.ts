import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openArchiveReplay } from '../../shared/adapters/training/archive-replay';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { takeFromJob } from '../../shared/adapters/training/take-from-job';
import { openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import type { StepRequest } from '../../shared/training/steps/order';
import { type ReplayServices, trainStep } from '../../shared/training/steps/train';
import { type Config, ConfigSchema } from './config';

/** `results`: where the job that has done the work left its documents. */
interface Request extends StepRequest {
  readonly results?: string;
}

const telemetry = openTelemetry('train-model', process.env);
const built = lazy(async () => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async (request: Request) => {
  const { config, services } = await built();
  if (config.TRAINS === 'in-a-job') await takeFromJob(config, request, 'train');
  return trainStep(services, request);
});

/** Runs once per cold start. */
function buildServices(config: Config) {
  const workspace = openTrainingWorkspace(config);
  const services: ReplayServices = { ...openArchiveReplay(config.AWS_REGION, workspace), now: telemetry.now };
  return { config, services };
}
