import { createSecrets } from '../../shared/adapters/aws/secrets';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openSettings } from '../../shared/adapters/s3/settings-variables';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { createSnsTopic } from '../../shared/adapters/sns/sns-topic';
import { openStore } from '../../shared/adapters/store-variables';
import { parseConfig } from '../../shared/runtime/config';
import { timeLeftOf } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { openObserver } from './observer';
import { rescoreDegraded } from './rescore-degraded';
import { limitsOf, oldestOf } from './schedule';
import type { RescoreCounts, Services } from './services';

const telemetry = openTelemetry('rescore-degraded', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the schedule. */
export const handler = telemetry.invocations<unknown, RescoreCounts>(async (_, context) => {
  const { config, settings, ...services } = await built();
  const now = { ...services, settings: await settings() };
  return rescoreDegraded(now, timeLeftOf(context), oldestOf(config, telemetry.now()));
});

/** Runs once per cold start. */
async function buildServices(config: Config) {
  const { AWS_REGION: region } = config;
  const services: Omit<Services, 'settings'> = {
    store: await openStore(config, region, createSecrets({ region })),
    topic: createSnsTopic({ region, topicArn: config.TOPIC_ARN }),
    scorer: openEndpoint(config),
    limits: limitsOf(config),
    observe: openObserver(telemetry),
  };
  return { ...services, config, settings: openSettings(config, telemetry) };
}
