import { z } from 'zod';
import type { StateCache } from '../detection/ports';
import type { SilenceIndex } from '../detection/silence/ports';
import type { PlaceAccount, SourcePlaces } from '../detection/source-places';
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

const count = z.coerce.number().int().max(100_000_000);

/** How many series may have a memory, and how many may be stored without one. */
export const BudgetVariables = {
  /** Absent: any number. Values of further ones are stored unscored. */
  BUDGET_SERIES: count.min(1).optional(),
  /** Absent: any number. Values of further ones go to quarantine. */
  BUDGET_STRANGERS: count.min(0).optional(),
} as const;

export interface Budget {
  readonly BUDGET_SERIES?: number | undefined;
  readonly BUDGET_STRANGERS?: number | undefined;
}

/** What is opened of states. */
export interface OpenedStates {
  readonly cache: StateCache;
  readonly silence: SilenceIndex;
  /** Absent: everybody may have a memory. */
  readonly places?: SourcePlaces | undefined;
  /** Absent: every series may be stored. */
  readonly strangers?: SourcePlaces | undefined;
}

export const ONE_PLACE = { path: ['REDIS_URL'], error: 'set either REDIS_URL or STATE_FILE' };

/** Opens what they describe. Native and large parts are loaded only where they are used. */
export async function openStates({
  REDIS_URL,
  STATE_FILE,
  BUDGET_SERIES,
  BUDGET_STRANGERS,
  ...place
}: StatePlace & Budget): Promise<OpenedStates> {
  const budget = { BUDGET_SERIES, BUDGET_STRANGERS };
  if (REDIS_URL !== undefined) {
    const { createRedisCache } = await import('./redis/redis-cache');
    const { createRedisSilenceIndex } = await import('./redis/redis-silence-index');
    const options = redisOptions({ ...place, REDIS_URL });
    const states = { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
    if (!isBounded(budget)) return states;
    const { createRedisSourcePlaces } = await import('./redis/redis-source-places');
    const open = (account: PlaceAccount, placesMax: number) =>
      createRedisSourcePlaces({ ...options, account, placesMax });
    return { ...states, ...accountsOf(budget, open) };
  }
  const { openLmdbCache } = await import('./embedded/lmdb-cache');
  const { openLmdbSilenceIndex, silenceFileBeside } = await import('./embedded/lmdb-silence-index');
  const states = {
    cache: openLmdbCache(STATE_FILE!),
    silence: openLmdbSilenceIndex(silenceFileBeside(STATE_FILE!)),
  };
  if (!isBounded(budget)) return states;
  const { openLmdbSourcePlaces, placesFileBeside } = await import('./embedded/lmdb-source-places');
  const open = (account: PlaceAccount, placesMax: number) =>
    openLmdbSourcePlaces(placesFileBeside(STATE_FILE!, account), placesMax);
  return { ...states, ...accountsOf(budget, open) };
}

function isBounded({ BUDGET_SERIES, BUDGET_STRANGERS }: Budget): boolean {
  return BUDGET_SERIES !== undefined || BUDGET_STRANGERS !== undefined;
}

/** The accounts that a budget asks for. */
export function accountsOf(
  { BUDGET_SERIES, BUDGET_STRANGERS }: Budget,
  open: (account: PlaceAccount, placesMax: number) => SourcePlaces,
): Pick<OpenedStates, 'places' | 'strangers'> {
  return {
    ...(BUDGET_SERIES === undefined ? {} : { places: open('places', BUDGET_SERIES) }),
    ...(BUDGET_STRANGERS === undefined ? {} : { strangers: open('strangers', BUDGET_STRANGERS) }),
  };
}
