import { z } from 'zod';
import type { StateCache } from '../detection/ports';
import type { SilenceIndex } from '../detection/silence/ports';
import { RedisPlace, type RedisPlaceOutput, redisOptions } from './redis/redis-place';

/** What a function's environment says of where states and deadlines of sources lie: both in one place, or they part. */
export const StateVariables = {
  ...RedisPlace,
  /** A Redis or Valkey server … */
  REDIS_URL: RedisPlace.REDIS_URL.optional(),
  /** … or a file on this machine. */
  STATE_FILE: z.string().optional(),
} as const;

export interface StatePlace extends Omit<RedisPlaceOutput, 'REDIS_URL'> {
  readonly REDIS_URL?: string | undefined;
  readonly STATE_FILE?: string | undefined;
}

/** For the refinement of a schema that holds {@link StateVariables}: exactly one place. */
export function namesOnePlace({ REDIS_URL, STATE_FILE }: Pick<StatePlace, 'REDIS_URL' | 'STATE_FILE'>): boolean {
  return (REDIS_URL === undefined) !== (STATE_FILE === undefined);
}

export const ONE_PLACE = { path: ['REDIS_URL'], error: 'set either REDIS_URL or STATE_FILE' };

/** Opens what they describe. Native and large parts are loaded only where they are used. */
export async function openStates({
  REDIS_URL,
  STATE_FILE,
  ...place
}: StatePlace): Promise<{ readonly cache: StateCache; readonly silence: SilenceIndex }> {
  if (REDIS_URL !== undefined) {
    const { createRedisCache } = await import('./redis/redis-cache');
    const { createRedisSilenceIndex } = await import('./redis/redis-silence-index');
    const options = redisOptions({ ...place, REDIS_URL });
    return { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
  }
  const { openLmdbCache } = await import('./embedded/lmdb-cache');
  const { openLmdbSilenceIndex, silenceFileBeside } = await import('./embedded/lmdb-silence-index');
  return { cache: openLmdbCache(STATE_FILE!), silence: openLmdbSilenceIndex(silenceFileBeside(STATE_FILE!)) };
}
