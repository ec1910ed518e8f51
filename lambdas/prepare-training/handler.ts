import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { readPriorDocument } from '../../shared/adapters/files/prior-file';
import { labelsFromPeople } from '../../shared/adapters/labels/people-labels';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { archiveManifest, openS3Archive } from '../../shared/adapters/s3/s3-archive';
import { openSettings } from '../../shared/adapters/s3/settings-variables';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import type { StepRequest } from '../../shared/training/steps/order';
import { type PrepareServices, prepareTraining, type TrainingRequest } from '../../shared/training/steps/prepare';
import { type Config, ConfigSchema } from './config';

const DAY_MS = 86_400_000;

const telemetry = openTelemetry('prepare-training', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** `request`: what the execution was started with. */
interface Request extends StepRequest {
  readonly request?: Omit<TrainingRequest, 'run'>;
}

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async ({ run, request }: Request) =>
  prepareTraining(await built(), { ...request, run }),
);

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<PrepareServices> {
  const { AWS_REGION: region, ARCHIVE_BUCKET, ALERTS_TABLE, HISTORY_DAYS, POINTS_MAX, PRIOR_FILE } = config;
  const archive = openS3Archive({ region, bucket: ARCHIVE_BUCKET });
  const alerts = createDynamoDbAlertStore({ region, table: ALERTS_TABLE });
  return {
    workspace: openTrainingWorkspace(config),
    registry: await openModels(config),
    settings: openSettings(config, telemetry),
    prior: async () => (PRIOR_FILE === undefined ? undefined : readPriorDocument(PRIOR_FILE)),
    labels: async ({ from = 0, to = telemetry.now() }) => (await labelsFromPeople(alerts, { from, to })).labels,
    manifest: (span) => archiveManifest(archive, ARCHIVE_BUCKET, span),
    historyMs: HISTORY_DAYS * DAY_MS,
    ...(POINTS_MAX === undefined ? {} : { pointsMax: POINTS_MAX }),
    now: telemetry.now,
  };
}
