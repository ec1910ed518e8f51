import { z } from 'zod';
import type { StateCache } from '../detection/ports';
import type { SilenceIndex } from '../detection/silence/ports';
import type { SourcePlaces } from '../detection/source-places';
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

/** How many series may have a memory. */
export const BudgetVariable = {
  /** Absent: any number. Values of further ones are stored unscored. */
  BUDGET_SERIES: z.coerce.number().int().min(1).max(100_000_000).optional(),
} as const;

/** What is opened of states. */
export interface OpenedStates {
  readonly cache: StateCache;
  readonly silence: SilenceIndex;
  /** Absent: everybody may have a memory. */
  readonly places?: SourcePlaces;
}

export const ONE_PLACE = { path: ['REDIS_URL'], error: 'set either REDIS_URL or STATE_FILE' };

/** Opens what they describe. Native and large parts are loaded only where they are used. */
export async function openStates({
  REDIS_URL,
  STATE_FILE,
  BUDGET_SERIES: placesMax,
  ...place
}: StatePlace & { readonly BUDGET_SERIES?: number | undefined }): Promise<OpenedStates> {
  if (REDIS_URL !== undefined) {
    const { createRedisCache } = await import('./redis/redis-cache');
    const { createRedisSilenceIndex } = await import('./redis/redis-silence-index');
    const options = redisOptions({ ...place, REDIS_URL });
    const states = { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
    if (placesMax === undefined) return states;
    const { createRedisSourcePlaces } = await import('./redis/redis-source-places');
    return { ...states, places: createRedisSourcePlaces({ ...options, placesMax }) };
  }
  const { openLmdbCache } = await import('./embedded/lmdb-cache');
  const { openLmdbSilenceIndex, silenceFileBeside } = await import('./embedded/lmdb-silence-index');
  const states = {
    cache: openLmdbCache(STATE_FILE!),
    silence: openLmdbSilenceIndex(silenceFileBeside(STATE_FILE!)),
  };
  if (placesMax === undefined) return states;
  const { openLmdbSourcePlaces, placesFileBeside } = await import('./embedded/lmdb-source-places');
  return { ...states, places: openLmdbSourcePlaces(placesFileBeside(STATE_FILE!), placesMax) };
}
