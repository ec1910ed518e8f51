import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import {
  createEndpointScorer,
  type EndpointScorer,
  LOCAL_CREDENTIALS,
} from '../../shared/adapters/sagemaker/endpoint-scorer';
import { builtInModel } from '../../shared/detection/built-in-model';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import type { StateCache } from '../../shared/detection/ports';
import type { SilenceIndex } from '../../shared/detection/silence/ports';
import { parseConfig } from '../../shared/runtime/config';
import { type KinesisHandler, kinesisHandler } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { detectAnomalies } from './detect-anomalies';
import type { Services } from './services';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'observe'>;

/** Services, and how to let go of what they hold. */
export interface Built {
  readonly services: Services;
  readonly close: () => Promise<void>;
}

/**
 * Environment in, handler out; services are built at the first batch.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: KinesisHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(ConfigSchema, env);
  const built = lazy(() => buildServices(config, handed));
  const handler = kinesisHandler(async () => (await built()).services, detectAnomalies);
  return { handler, close: async () => (await built()).close() };
}

/** The composition root: runs once per cold start. */
export async function buildServices(config: Config, handed: Handed): Promise<Built> {
  const cache = await openCache(config);
  const silence = await openSilenceIndex(config);
  const scorer = openScorer(config);
  const services: Services = {
    ...handed,
    cache,
    silence,
    quarantine: openQuarantineFolder(config.QUARANTINE_FOLDER),
    scorer,
    builtIn: builtInModel,
    openDetector: openSourceDetector,
    settings: config.SETTINGS,
  };
  const close = async () => {
    scorer.close();
    await silence.close();
    await cache.close();
  };
  return { services, close };
}

/** Native and large parts are loaded only where they are used. */
async function openCache(config: Config): Promise<StateCache> {
  if (config.REDIS_URL !== undefined) {
    const { createRedisCache } = await import('../../shared/adapters/redis/redis-cache');
    return createRedisCache({ url: config.REDIS_URL });
  }
  const { openLmdbCache } = await import('../../shared/adapters/embedded/lmdb-cache');
  return openLmdbCache(config.STATE_FILE!);
}

/** Deadlines lie where the states do. */
async function openSilenceIndex(config: Config): Promise<SilenceIndex> {
  if (config.REDIS_URL !== undefined) {
    const { createRedisSilenceIndex } = await import('../../shared/adapters/redis/redis-silence-index');
    return createRedisSilenceIndex({ url: config.REDIS_URL });
  }
  const { openLmdbSilenceIndex, silenceFileBeside } = await import('../../shared/adapters/embedded/lmdb-silence-index');
  return openLmdbSilenceIndex(silenceFileBeside(config.STATE_FILE!));
}

/** An endpoint that is not at AWS gets dummy credentials: the user's own never leave for it. */
function openScorer(config: Config): EndpointScorer {
  return createEndpointScorer({
    endpointName: config.ENDPOINT_NAME,
    region: config.AWS_REGION,
    timeoutMs: config.SCORE_TIMEOUT_MS,
    ...(config.SAGEMAKER_URL === undefined
      ? {}
      : { endpointUrl: config.SAGEMAKER_URL, credentials: LOCAL_CREDENTIALS }),
  });
}
