import { z } from 'zod';
import type { StateCache } from '../../detection/ports';
import type { SilenceIndex } from '../../detection/silence/ports';
import type { Secrets } from '../aws/secrets';
import { KeyPrefix } from './key-prefix';
import { createRedisCache } from './redis-cache';
import { createRedisSilenceIndex } from './redis-silence-index';

/** What a deployed function's environment says of where states and deadlines of sources lie. */
export const RedisVariables = {
  /** Without a password. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }),
  /** Is it a cluster? ElastiCache Serverless is. */
  REDIS_CLUSTER: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** Which secret holds the password; absent: there is none. */
  REDIS_PASSWORD_SECRET: z.string().optional(),
  REDIS_PREFIX: KeyPrefix,
} as const;

const Schema = z.object(RedisVariables);

/** Opens what they describe. */
export async function openRedisStates(
  { REDIS_URL, REDIS_CLUSTER: cluster, REDIS_PASSWORD_SECRET, REDIS_PREFIX: keyPrefix }: z.output<typeof Schema>,
  secrets: Secrets,
): Promise<{ readonly cache: StateCache; readonly silence: SilenceIndex }> {
  const url = new URL(REDIS_URL);
  if (REDIS_PASSWORD_SECRET !== undefined) url.password = encodeURIComponent(await secrets(REDIS_PASSWORD_SECRET));
  const options = { url: url.href, cluster, keyPrefix };
  return { cache: createRedisCache(options), silence: createRedisSilenceIndex(options) };
}
