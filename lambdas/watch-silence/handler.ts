import type { StateCache } from '../../shared/detection/ports';
import type { SilenceIndex } from '../../shared/detection/silence/ports';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import type { Services, WatchCounts } from './services';
import { watchSilence } from './watch-silence';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'tail' | 'observe'> & Partial<Pick<Services, 'since'>>;

/** Called by the schedule; the event says nothing. Rejects when a part does not answer: the next run goes on. */
export type ScheduledHandler = () => Promise<WatchCounts>;

/**
 * Environment in, handler out; services are built at the first run.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: ScheduledHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(ConfigSchema, env);
  const services = lazy(() => buildServices(config, handed));
  const close = async () => {
    const { silence, cache } = await services();
    await silence.close();
    await cache.close();
  };
  return { handler: async () => watchSilence(await services()), close };
}

/** The composition root: runs once per cold start. */
export async function buildServices(config: Config, handed: Handed): Promise<Services> {
  return {
    since: 0,
    ...handed,
    ...(await openStates(config)),
    settings: config.SETTINGS,
    sourcesMax: config.SOURCES_MAX,
    now: Date.now,
  };
}

/** Native and large parts are loaded only where they are used. */
async function openStates({
  REDIS_URL,
  STATE_FILE,
}: Config): Promise<{ readonly cache: StateCache; readonly silence: SilenceIndex }> {
  if (REDIS_URL !== undefined) {
    const { createRedisCache } = await import('../../shared/adapters/redis/redis-cache');
    const { createRedisSilenceIndex } = await import('../../shared/adapters/redis/redis-silence-index');
    return { cache: createRedisCache({ url: REDIS_URL }), silence: createRedisSilenceIndex({ url: REDIS_URL }) };
  }
  const { openLmdbCache } = await import('../../shared/adapters/embedded/lmdb-cache');
  const { openLmdbSilenceIndex, silenceFileBeside } = await import('../../shared/adapters/embedded/lmdb-silence-index');
  return { cache: openLmdbCache(STATE_FILE!), silence: openLmdbSilenceIndex(silenceFileBeside(STATE_FILE!)) };
}
