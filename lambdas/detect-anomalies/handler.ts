import { randomUUID } from 'node:crypto';
import { createSecrets } from '../../shared/adapters/aws/secrets';
import { createS3DistributionLog } from '../../shared/adapters/drift/s3-distribution-log';
import { openPriorFile } from '../../shared/adapters/files/prior-file';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openRedisStates } from '../../shared/adapters/redis/redis-variables';
import { createS3Quarantine } from '../../shared/adapters/s3/s3-quarantine';
import { openChallenger, openSettings } from '../../shared/adapters/s3/settings-variables';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { createSnsTopic } from '../../shared/adapters/sns/sns-topic';
import { openStore } from '../../shared/adapters/store-variables';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { Settings } from '../../shared/domain/settings';
import { parseConfig } from '../../shared/runtime/config';
import { kinesisHandler } from '../../shared/runtime/kinesis';
import { type Config, ConfigSchema } from './config';
import { detectAnomalies } from './detect-anomalies';
import { LiveDistributions } from './live-distributions';
import { openObserver } from './observer';
import { rememberingAccounts } from './refusals';
import type { Services } from './services';
import { shielded } from './shielded';
import { CacheWitness } from './warming/cache-witness';
import { warmingLimits } from './warming/limits';

const telemetry = openTelemetry('detect-anomalies', process.env);

/** Called by AWS. */
export const handler = telemetry.invocations(
  kinesisHandler(
    () => buildServices(parseConfig(ConfigSchema, process.env)),
    async (records, { settings, ...services }, timeLeftMs) =>
      detectAnomalies(records, { ...services, settings: await settings() }, timeLeftMs),
  ),
);

type Built = Omit<Services, 'settings'> & { readonly settings: () => Promise<Settings> };

/** Runs once per cold start; what a secret or an address is missing for is tried again with the next batch. */
async function buildServices(config: Config): Promise<Built> {
  const { AWS_REGION: region } = config;
  const observe = openObserver(telemetry);
  const secrets = createSecrets({ region });
  const prior = await openPriorFile(config.PRIOR_FILE);
  const [states, store] = await Promise.all([openRedisStates(config, secrets), openStore(config, region, secrets)]);
  return {
    ...states,
    ...rememberingAccounts(states),
    store,
    topic: createSnsTopic({ region, topicArn: config.TOPIC_ARN }),
    quarantine: createS3Quarantine({ region, bucket: config.QUARANTINE_BUCKET }),
    scorer: shielded(openEndpoint(config), observe),
    builtIn: builtInModel,
    ...prior,
    settings: openSettings(config, telemetry),
    warming: { witness: new CacheWitness(), limits: warmingLimits(config) },
    shadow: openChallenger(config, telemetry),
    distributions: new LiveDistributions({
      log: createS3DistributionLog({ region, bucket: config.DISTRIBUTIONS_BUCKET }),
      process: randomUUID(),
      now: Date.now,
    }),
    observe,
  };
}
