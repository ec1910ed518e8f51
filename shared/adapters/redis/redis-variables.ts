import { z } from 'zod';
import type { StateCache } from '../../detection/ports';
import type { SilenceIndex } from '../../detection/silence/ports';
import type { Secrets } from '../aws/secrets';
import { createRedisCache } from './redis-cache';
import { RedisPlace, redisOptions } from './redis-place';
import { createRedisSilenceIndex } from './redis-silence-index';

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
  { REDIS_PASSWORD_SECRET, ...place }: z.output<typeof Schema>,
  secrets: Secrets,
): Promise<{ readonly cache: StateCache; readonly silence: SilenceIndex }> {
  const url = new URL(place.REDIS_URL);
  if (REDIS_PASSWORD_SECRET !== undefined) url.password = encodeURIComponent(await secrets(REDIS_PASSWORD_SECRET));
  const options = redisOptions({ ...place, REDIS_URL: url.href });
  return { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
}
