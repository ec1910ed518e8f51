import {
  HOUR_MS,
  PLACE_KEPT_MS,
  type PlaceAccount,
  type PlaceRequest,
  type SourcePlaces,
} from '../../detection/source-places';
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
  /** Keys are `<prefix>:{<account>}:held` and `<prefix>:{<account>}:closed`; without braces. */
  readonly keyPrefix?: string;
  /** Which account of places it is. */
  readonly account?: PlaceAccount;
  /** For reaching the server, and for each command. */
  readonly timeoutMs?: number;
  /** How many series may have a place. */
  readonly placesMax: number;
}

/** Sources in one call: ElastiCache Serverless takes 3,999 arguments, and these have five each. */
const SOURCES_A_COMMAND = 750;
/** Places in one call, so that none keeps the server for long: a few milliseconds. */
const PLACES_A_COMMAND = 5_000;

/**
 * KEYS: a sorted set of places by the arrival of their source's last point; a hash with the hour that is closed. ARGV: how
 * many there are; then in turns source, first and last arrival, how many it asks for, and how many of them it has a memory in.
 * Answers how many each has. O(log places) for each, and now and then the places that became free.
 */
const TAKE_SCRIPT = script(`
local held, closed = KEYS[1], KEYS[2]
local max = tonumber(ARGV[1])
local hour = tonumber(redis.call('HGET', closed, 'hour') or '-1')
local before = hour
local count = redis.call('ZCARD', held)
local answers = {}
for at = 2, #ARGV, 5 do
  local source, first, last = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local asked, known = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local own = math.floor(first / ${HOUR_MS})
  local taken = 0
  while taken < asked do
    local place = taken == 0 and source or source .. '\\0' .. taken
    local score = redis.call('ZSCORE', held, place)
    local has = score or taken < known
    if not has and own > hour then
      if count >= max then
        count = count - redis.call('ZREMRANGEBYSCORE', held, '-inf', '(' .. string.format('%.0f', first - ${PLACE_KEPT_MS}))
      end
      if count < max then has = true else hour = own end
    end
    if not has then break end
    if not score or tonumber(score) < last then
      if not score then count = count + 1 end
      redis.call('ZADD', held, string.format('%.0f', last), place)
    end
    taken = taken + 1
  end
  answers[#answers + 1] = taken
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
  const calls: RedisCommand[] = [];
  let values: (string | number)[] = [];
  let [sources, places] = [0, 0];
  const call = () => {
    if (sources > 0) calls.push(scripted(TAKE_SCRIPT, keys, [placesMax, ...values]));
    values = [];
    [sources, places] = [0, 0];
  };
  for (const { source, first, last, series, known } of requests) {
    if (sources === SOURCES_A_COMMAND || places + series > PLACES_A_COMMAND) call();
    values.push(source, first, last, series, known);
    sources += 1;
    places += series;
  }
  call();
  return calls;
}

/**
 * Places in Redis: one sorted set, so that the count is exact; it is asked for sources with series that are new or have no
 * place, for those that renew theirs once a day, and for no others.
 *
 * @throws {Error} if the URL is none of Redis
 */
export function createRedisSourcePlaces(options: RedisSourcePlacesOptions): SourcePlaces {
  const { url, cluster = false, ca, keyPrefix = KEY_PREFIX, timeoutMs = 1_000, placesMax } = options;
  const { account = 'places' } = options;
  if (/[{}]/.test(keyPrefix)) throw new Error('the key prefix must not hold braces');
  const connection = (cluster ? connectCluster : connectRedis)(redisAddress(url, ca), timeoutMs);
  // In no source's slot by name: a source's braces are escaped and end its key.
  const [held, closed] = [`${keyPrefix}:{${account}}:held`, `${keyPrefix}:{${account}}:closed`];
  let closing: Promise<void> | undefined;
  const run = (commands: Parameters<typeof runScripted>[2]) => {
    if (closing !== undefined) throw new Error('the places are closed');
    return runScripted('places', connection, commands, [TAKE_SCRIPT]);
  };
  return {
    async take(requests) {
      const replies = await run(takeCalls(requests, [held, closed], placesMax));
      return (replies as number[][]).flat();
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
