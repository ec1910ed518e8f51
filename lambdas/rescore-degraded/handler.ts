import { createSecrets } from '../../shared/adapters/aws/secrets';
import { createTelemetry, observeBatches } from '../../shared/adapters/powertools/batch-observer';
import { createS3Settings } from '../../shared/adapters/s3/s3-settings';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { createSnsTopic } from '../../shared/adapters/sns/sns-topic';
import { openStore } from '../../shared/adapters/store-variables';
import { parseConfig } from '../../shared/runtime/config';
import { timeLeftOf } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { rescoreDegraded } from './rescore-degraded';
import { limitsOf, oldestOf, type RescoreHandler } from './schedule';
import type { Services } from './services';

const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the schedule. */
export const handler: RescoreHandler = async (_, context) => {
  const { config, settings, ...services } = await built();
  const now = { ...services, settings: await settings() };
  return rescoreDegraded(now, timeLeftOf(context), oldestOf(config, Date.now()));
};

/** Runs once per cold start. */
async function buildServices(config: Config) {
  const { AWS_REGION: region, METRICS_NAMESPACE: namespace } = config;
  const clock = () => performance.now();
  const { batch, problem } = observeBatches(createTelemetry({ service: 'rescore-degraded', namespace }), clock);
  const services: Omit<Services, 'settings'> = {
    store: await openStore(config, region, createSecrets({ region })),
    topic: createSnsTopic({ region, topicArn: config.TOPIC_ARN }),
    scorer: openEndpoint(config),
    limits: limitsOf(config),
    observe: {
      rescored: ({ ended, ...counts }) => batch({ ...counts, modelAway: Number(ended.startsWith('model')) }),
      problem,
    },
  };
  const settings = createS3Settings({
    region,
    bucket: config.SETTINGS_BUCKET,
    clock,
    onProblem: (error) => problem('settings', error),
  });
  return { ...services, config, settings };
}
