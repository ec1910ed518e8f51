import { createDriftReferences, REFERENCE_FILE } from '../../shared/adapters/drift/document-references';
import { openS3Document } from '../../shared/adapters/live/s3-document';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import type { StepRequest } from '../../shared/training/steps/order';
import { type RegisterServices, registerStep } from '../../shared/training/steps/register';
import { type Config, ConfigSchema } from './config';

const telemetry = openTelemetry('register-model', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async (request: StepRequest) => registerStep(await built(), request));

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<RegisterServices> {
  const { AWS_REGION: region, TRAINING_BUCKET: bucket } = config;
  return {
    workspace: openTrainingWorkspace(config),
    registry: await openModels(config),
    references: createDriftReferences(openS3Document({ region, bucket, key: REFERENCE_FILE })),
    now: telemetry.now,
  };
}
