import { z } from 'zod';
import type { Secrets } from '../aws/secrets';
import { accountsOf, type Budget, type OpenedStates } from '../state-variables';
import { createRedisCache } from './redis-cache';
import { RedisPlace, redisOptions } from './redis-place';
import { createRedisSilenceIndex } from './redis-silence-index';
import { createRedisSourcePlaces } from './redis-source-places';

/** What a deployed function's environment says of where states and deadlines of sources lie. */
export const RedisVariables = {
  /** REDIS_URL is without a password. */
  ...RedisPlace,
  /** Which secret holds the password; absent: there is none. */
  REDIS_PASSWORD_SECRET: z.string().optional(),
} as const;

const Schema = z.object(RedisVariables);

/** Opens what they describe. */
export async function openRedisStates(
  { REDIS_PASSWORD_SECRET, BUDGET_SERIES, BUDGET_STRANGERS, ...place }: z.output<typeof Schema> & Budget,
  secrets: Secrets,
): Promise<OpenedStates> {
  const url = new URL(place.REDIS_URL);
  if (REDIS_PASSWORD_SECRET !== undefined) url.password = encodeURIComponent(await secrets(REDIS_PASSWORD_SECRET));
  const options = redisOptions({ ...place, REDIS_URL: url.href });
  const states = { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
  const accounts = accountsOf({ BUDGET_SERIES, BUDGET_STRANGERS }, (account, placesMax) =>
    createRedisSourcePlaces({ ...options, account, placesMax }),
  );
  return { ...states, ...accounts };
}
