import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { KeyPrefix } from './key-prefix';

/** What an environment says of a Redis or Valkey server, alone or in a cluster. */
export const RedisPlace = {
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }),
  /** Is it a node, or the one endpoint, of a cluster? ElastiCache Serverless always is one. */
  REDIS_CLUSTER: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** With rediss://: file of certificates (PEM) to trust instead of the well-known ones. */
  REDIS_CA_FILE: z.string().optional(),
  REDIS_PREFIX: KeyPrefix,
} as const;

export interface RedisPlaceOutput {
  readonly REDIS_URL: string;
  readonly REDIS_CLUSTER: boolean;
  readonly REDIS_CA_FILE?: string | undefined;
  readonly REDIS_PREFIX: string;
}

/** Options of the cache and of the index. @throws {Error} if the file of certificates cannot be read */
export function redisOptions({
  REDIS_URL: url,
  REDIS_CLUSTER: cluster,
  REDIS_CA_FILE,
  REDIS_PREFIX,
}: RedisPlaceOutput) {
  const ca = REDIS_CA_FILE === undefined ? {} : { ca: readFileSync(REDIS_CA_FILE, 'utf8') };
  return { url, cluster, keyPrefix: REDIS_PREFIX, ...ca };
}
