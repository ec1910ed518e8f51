import { createDriftReferences, REFERENCE_FILE } from '../../shared/adapters/drift/document-references';
import { openS3Document } from '../../shared/adapters/live/s3-document';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { registerPending } from '../../shared/training/register-pending';
import type { StepRequest } from '../../shared/training/steps/order';
import { type RegisterServices, registerStep } from '../../shared/training/steps/register';
import { type Config, ConfigSchema } from './config';

const telemetry = openTelemetry('register-model', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async (request: StepRequest) => {
  const services = await built();
  const answer = await registerStep(services, request);
  // Of runs whose registry did not answer when they were due; this one's is what counts here.
  await registerPending(services.workspace, (run) => registerStep(services, { run }, 'late')).then(
    ({ refused }) => {
      for (const { run, reason } of refused) telemetry.info('a run cannot be registered', { run, reason });
    },
    (error: unknown) => telemetry.problem('register late', error),
  );
  return answer;
});

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
