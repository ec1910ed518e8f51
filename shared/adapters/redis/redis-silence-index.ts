import { createHash } from 'node:crypto';
import type { Filing, ShardProgress, SilenceIndex } from '../../detection/silence/ports';
import { connectCluster } from './cluster-connection';
import { ADVANCE_SCRIPT, REFILE_SCRIPT } from './index-scripts';
import { KEY_PREFIX } from './key-prefix';
import type { RedisCommand } from './pipeline';
import { redisAddress } from './redis-address';
import { connectRedis } from './redis-connection';
import { runScripted, scripted } from './scripted';

export interface RedisSilenceIndexOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** The URL is of a node, or the one endpoint, of a cluster. */
  readonly cluster?: boolean;
  /** With TLS: certificates in PEM to trust instead of the well-known ones. */
  readonly ca?: string;
  /** Keys are `<prefix>:due:{<slot>}` and `<prefix>:shards`; without braces. */
  readonly keyPrefix?: string;
  /** For reaching the server, and for each command. */
  readonly timeoutMs?: number;
}

/** Sorted sets over which sources are spread: in a cluster they lie on several servers. */
const SLOTS = 16;
/** Arguments of one command: Lua and ZADD take them all at once. */
const SOURCES_A_COMMAND = 500;

/**
 * Deadlines in Redis: a sorted set a slot, the slot by the source's name; a hash for the shards. Every call is one round trip
 * to each owner of slots.
 *
 * @throws {Error} if the URL is none of Redis
 */
export function createRedisSilenceIndex(options: RedisSilenceIndexOptions): SilenceIndex {
  const { url, cluster = false, ca, keyPrefix = KEY_PREFIX, timeoutMs = 1_000 } = options;
  if (/[{}]/.test(keyPrefix)) throw new Error('the key prefix must not hold braces');
  const connection = (cluster ? connectCluster : connectRedis)(redisAddress(url, ca), timeoutMs);
  const slots = Array.from({ length: SLOTS }, (_, slot) => `${keyPrefix}:due:{${slot}}`);
  const shardsKey = `${keyPrefix}:shards`;
  let closed: Promise<void> | undefined;
  const run = (commands: readonly RedisCommand[]) => {
    if (closed !== undefined) throw new Error('the silence index is closed');
    return runScripted('silence index', connection, commands, [REFILE_SCRIPT, ADVANCE_SCRIPT]);
  };
  return {
    async file(filings) {
      await run(
        bySlot(filings).map(([slot, part]) =>
          command('ZADD', slots[slot]!, ...part.flatMap(({ source, deadline }) => [deadline, source])),
        ),
      );
    },
    async refile(refilings) {
      await run(
        bySlot(refilings).map(([slot, part]) =>
          scripted(
            REFILE_SCRIPT,
            [slots[slot]!],
            part.flatMap(({ source, deadline, next }) => [source, deadline, next ?? '']),
          ),
        ),
      );
    },
    async due(until, limit) {
      const each = Math.ceil((2 * limit) / SLOTS);
      const replies = await run(
        slots.flatMap((key) => [
          command('ZRANGEBYSCORE', key, '-inf', until, 'WITHSCORES', 'LIMIT', 0, each),
          command('ZCOUNT', key, '-inf', until),
          command('ZCARD', key),
        ]),
      );
      const filings: Filing[] = [];
      let [dueCount, filedCount] = [0, 0];
      for (let at = 0; at < replies.length; at += 3) {
        filings.push(...filingsOf(replies[at] as Buffer[]));
        dueCount += replies[at + 1] as number;
        filedCount += replies[at + 2] as number;
      }
      filings.sort((a, b) => a.deadline - b.deadline);
      return { filings: filings.slice(0, limit), dueCount, filedCount };
    },
    async advanceShards(progress) {
      if (progress.length === 0) return;
      const values = progress.flatMap(({ stream, shard, sequence, arrival }) => [
        JSON.stringify([stream, shard]),
        sequence,
        arrival,
      ]);
      await run([scripted(ADVANCE_SCRIPT, [shardsKey], values)]);
    },
    async shards() {
      const [reply] = await run([command('HGETALL', shardsKey)]);
      return pairs(reply as Buffer[]).map(([name, text]): ShardProgress => {
        const [stream, shard] = JSON.parse(name) as [string, string];
        const [sequence, arrival] = text.split(' ') as [string, string];
        return { stream, shard, sequence, arrival: Number(arrival) };
      });
    },
    close() {
      closed ??= connection.close();
      return closed;
    },
  };
}

function command(name: string, key: string, ...args: readonly (string | number)[]): RedisCommand {
  return { key, name, args: [key, ...args] };
}

/** Parts by slot, none too long for a command. */
function bySlot<Item extends Filing>(items: readonly Item[]): [slot: number, part: Item[]][] {
  const full: [number, Item[]][] = [];
  const open = new Map<number, Item[]>();
  for (const item of items) {
    const slot = slotOf(item.source);
    let part = open.get(slot);
    if (part === undefined || part.length === SOURCES_A_COMMAND) {
      part = [];
      open.set(slot, part);
      full.push([slot, part]);
    }
    part.push(item);
  }
  return full;
}

function slotOf(source: string): number {
  return createHash('sha1').update(source).digest()[0]! % SLOTS;
}

function filingsOf(flat: readonly Buffer[]): Filing[] {
  return pairs(flat).map(([source, deadline]) => ({ source, deadline: Number(deadline) }));
}

function pairs(flat: readonly Buffer[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i]!.toString(), flat[i + 1]!.toString()]);
  return list;
}
