import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { entryOf } from '../../shared/adapters/sns/entries';
import { createSnsPublisher } from '../../shared/adapters/sns/sns-publisher';
import { openDeployment } from '../../shared/adapters/training/deployment-variables';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openChallenger, openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type AbandonRequest, type AbandonServices, abandonTraining } from '../../shared/training/steps/abandon';
import { type Config, ConfigSchema } from './config';

const telemetry = openTelemetry('abandon-training', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training when a step has failed for good. */
export const handler = observedStep(telemetry, async (request: AbandonRequest) =>
  abandonTraining(await built(), request),
);

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<AbandonServices> {
  const { AWS_REGION: region, TOPIC_ARN: topicArn } = config;
  const operators = createSnsPublisher({ region, topicArn }, { part: 'topic', noun: 'failures of training' });
  return {
    workspace: openTrainingWorkspace(config),
    registry: await openModels(config),
    challenger: openChallenger(region, config.SETTINGS_BUCKET),
    deployment: openDeployment(config, region, config.TRAINING_BUCKET),
    tell: (subject, words) =>
      operators.publish([entryOf({ subject, words, whatToDo: 'docs/runbook.md#training-failed' }, {})]),
    now: telemetry.now,
  };
}
