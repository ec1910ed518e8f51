import { createDriftReferences, REFERENCE_FILE } from '../../shared/adapters/drift/document-references';
import { createS3DistributionLog } from '../../shared/adapters/drift/s3-distribution-log';
import { openS3Document } from '../../shared/adapters/live/s3-document';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { createTrainingExecutions } from '../../shared/adapters/stepfunctions/training-executions';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { driftRules } from './drift-variables';
import { openObserver } from './observer';
import type { Services } from './services';
import { type DriftEnd, watchDrift } from './watch-drift';

const telemetry = openTelemetry('watch-drift', process.env);
const services = lazy(async () => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the schedule; the event says nothing. Rejects when a part does not answer: the next run looks again. */
export const handler = telemetry.invocations(async (): Promise<DriftEnd> => watchDrift(await services()));

/** Runs once per cold start. */
function buildServices(config: Config): Services {
  const { AWS_REGION: region, TRAINING_BUCKET: bucket, TRAINING_STATE_MACHINE: stateMachineArn } = config;
  return {
    log: createS3DistributionLog({ region, bucket }),
    references: createDriftReferences(openS3Document({ region, bucket, key: REFERENCE_FILE })),
    starter: stateMachineArn === undefined ? undefined : createTrainingExecutions({ region, stateMachineArn }),
    rules: driftRules(config),
    now: Date.now,
    observe: openObserver(telemetry),
  };
}
