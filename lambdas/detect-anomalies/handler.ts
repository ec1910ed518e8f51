import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import { circuitScorer } from '../../shared/adapters/sagemaker/circuit-scorer';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
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
  const endpoint = openEndpoint(config);
  const { observe } = handed;
  const services: Services = {
    ...handed,
    cache,
    silence,
    quarantine: openQuarantineFolder(config.QUARANTINE_FOLDER),
    scorer: circuitScorer(endpoint, {
      clock: () => observe.clock(),
      random: Math.random,
      onChange: (change) => observe.circuit(change),
    }),
    builtIn: builtInModel,
    openDetector: openSourceDetector,
    settings: config.SETTINGS,
  };
  const close = async () => {
    endpoint.close();
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
