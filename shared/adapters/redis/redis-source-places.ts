import { HOUR_MS, PLACE_KEPT_MS, type PlaceRequest, type SourcePlaces } from '../../detection/source-places';
import { connectCluster } from './cluster-connection';
import { KEY_PREFIX } from './key-prefix';
import type { RedisCommand } from './pipeline';
import { redisAddress } from './redis-address';
import { connectRedis } from './redis-connection';
import { runScripted, script, scripted } from './scripted';

export interface RedisSourcePlacesOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** The URL is of a node, or the one endpoint, of a cluster. */
  readonly cluster?: boolean;
  /** With TLS: certificates in PEM to trust instead of the well-known ones. */
  readonly ca?: string;
  /** Keys are `<prefix>:{places}:held` and `<prefix>:{places}:closed`; without braces. */
  readonly keyPrefix?: string;
  /** For reaching the server, and for each command. */
  readonly timeoutMs?: number;
  /** How many sources may have a place. */
  readonly placesMax: number;
}

/** Sources in one call: ElastiCache Serverless takes 3,999 arguments, and these have four each. */
const SOURCES_A_COMMAND = 900;

/**
 * KEYS: a sorted set of sources by their last point's arrival; a hash with the hour that is closed. ARGV: places; then in turns
 * source, first and last arrival, "1" if it is known. Answers 1 or 0 for each. O(log places) a source, and now and then the
 * places that became free.
 */
const TAKE_SCRIPT = script(`
local held, closed = KEYS[1], KEYS[2]
local max = tonumber(ARGV[1])
local hour = tonumber(redis.call('HGET', closed, 'hour') or '-1')
local before = hour
local count = redis.call('ZCARD', held)
local answers = {}
for at = 2, #ARGV, 4 do
  local source, first, last = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local score = redis.call('ZSCORE', held, source)
  local has = score or ARGV[at + 3] == '1'
  local own = math.floor(first / ${HOUR_MS})
  if not has and own > hour then
    if count >= max then
      count = count - redis.call('ZREMRANGEBYSCORE', held, '-inf', '(' .. string.format('%.0f', first - ${PLACE_KEPT_MS}))
    end
    if count < max then has = true else hour = own end
  end
  if has and (not score or tonumber(score) < last) then
    if not score then count = count + 1 end
    redis.call('ZADD', held, string.format('%.0f', last), source)
  end
  answers[#answers + 1] = has and 1 or 0
end
if hour > before then redis.call('HSET', closed, 'hour', string.format('%.0f', hour)) end
redis.call('EXPIRE', held, ${PLACE_KEPT_MS / 1_000})
redis.call('EXPIRE', closed, ${PLACE_KEPT_MS / 1_000})
return answers`);

/** Calls for so many requests as there are; none has more arguments than a server takes. */
export function takeCalls(
  requests: readonly PlaceRequest[],
  keys: readonly [string, string],
  placesMax: number,
): readonly RedisCommand[] {
  return Array.from({ length: Math.ceil(requests.length / SOURCES_A_COMMAND) }, (_, n) => {
    const part = requests.slice(n * SOURCES_A_COMMAND, (n + 1) * SOURCES_A_COMMAND);
    const values = part.flatMap(({ source, first, last, isKnown }) => [source, first, last, isKnown ? 1 : 0]);
    return scripted(TAKE_SCRIPT, keys, [placesMax, ...values]);
  });
}

/**
 * Places in Redis: one sorted set, so that the count is exact; it is asked for sources that are new, that have no place, or
 * that renew theirs once a day, and for no others.
 *
 * @throws {Error} if the URL is none of Redis
 */
export function createRedisSourcePlaces(options: RedisSourcePlacesOptions): SourcePlaces {
  const { url, cluster = false, ca, keyPrefix = KEY_PREFIX, timeoutMs = 1_000, placesMax } = options;
  if (/[{}]/.test(keyPrefix)) throw new Error('the key prefix must not hold braces');
  const connection = (cluster ? connectCluster : connectRedis)(redisAddress(url, ca), timeoutMs);
  // In no source's slot by name: a source's braces are escaped and end its key.
  const [held, closed] = [`${keyPrefix}:{places}:held`, `${keyPrefix}:{places}:closed`];
  let closing: Promise<void> | undefined;
  const run = (commands: Parameters<typeof runScripted>[2]) => {
    if (closing !== undefined) throw new Error('the places are closed');
    return runScripted('places', connection, commands, [TAKE_SCRIPT]);
  };
  return {
    async take(requests) {
      const replies = await run(takeCalls(requests, [held, closed], placesMax));
      return (replies as number[][]).flat().map((answer) => answer === 1);
    },
    async taken() {
      const [count] = await run([{ key: held, name: 'ZCARD', args: [held] }]);
      return count as number;
    },
    close() {
      closing ??= connection.close();
      return closing;
    },
  };
}
