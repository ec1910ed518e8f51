import { createSecrets } from '../../shared/adapters/aws/secrets';
import { createKinesisClient } from '../../shared/adapters/kinesis/kinesis-client';
import { createKinesisTail } from '../../shared/adapters/kinesis/kinesis-tail';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openRedisStates } from '../../shared/adapters/redis/redis-variables';
import { openSettings } from '../../shared/adapters/s3/settings-variables';
import { createSnsTopic } from '../../shared/adapters/sns/sns-topic';
import { openStore } from '../../shared/adapters/store-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { openObserver } from './observer';
import type { Services, WatchCounts } from './services';
import { watchSilence } from './watch-silence';

const TAIL_CALL_MS = 2_000;
const TAIL_CALLS_AT_ONCE = 8;

const telemetry = openTelemetry('watch-silence', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the schedule; the event says nothing. Rejects when a part does not answer: the next run goes on. */
export const handler = telemetry.invocations(async (): Promise<WatchCounts> => {
  const { settings, ...services } = await built();
  return watchSilence({ ...services, settings: await settings() });
});

/** Runs once per cold start. */
async function buildServices(config: Config) {
  const { AWS_REGION: region } = config;
  const secrets = createSecrets({ region });
  const [states, store] = await Promise.all([openRedisStates(config, secrets), openStore(config, region, secrets)]);
  const client = createKinesisClient({ region, callTimeoutMs: TAIL_CALL_MS, concurrency: TAIL_CALLS_AT_ONCE });
  const services: Omit<Services, 'settings'> = {
    ...states,
    store,
    topic: createSnsTopic({ region, topicArn: config.TOPIC_ARN }),
    tail: createKinesisTail({ client, stream: config.STREAM_ARN, callTimeoutMs: TAIL_CALL_MS }),
    now: Date.now,
    since: 0,
    sourcesMax: config.SOURCES_MAX,
    observe: openObserver(telemetry),
  };
  return { ...services, settings: openSettings(config, telemetry) };
}
