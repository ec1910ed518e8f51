import {
  CHECKPOINT_FIELD,
  STATE_KEPT_MS,
  type StateCache,
  type StateCommit,
  type StateFields,
  TransientFault,
} from '../../detection/ports';
import { isSameAscii } from '../../detection/same-text';
import { connectCluster } from './cluster-connection';
import { COMMIT_SCRIPT, COMMIT_SCRIPT_SHA, commitCall } from './commit-script';
import { KEY_PREFIX } from './key-prefix';
import type { RedisCommand, RedisReply } from './pipeline';
import { redisAddress } from './redis-address';
import { connectRedis, type RedisConnection } from './redis-connection';
import { sourceKey } from './source-key';

export interface RedisCacheOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** The URL is of a node, or the one endpoint, of a cluster; ElastiCache Serverless is always one. */
  readonly cluster?: boolean;
  /** With TLS: certificates in PEM to trust instead of the well-known ones. */
  readonly ca?: string;
  /** Keys are `<prefix>:{<source>}`; without braces. */
  readonly keyPrefix?: string;
  /** For reaching the server, and for each command; then the call rejects with a TransientFault. */
  readonly timeoutMs?: number;
  /** A source that nothing was committed for in this time is forgotten. */
  readonly ttlSeconds?: number;
}

/**
 * Source states in Redis, a hash a source, a field for each of the state's. A load is one pipeline of HGETALL to each owner
 * of slots, a commit one of the compare-and-set script, which judges each source on its own. Connects when first used; while there is no connection, calls wait for
 * it until the time-out and are then rejected, none is queued.
 *
 * @throws {Error} if the URL is none of Redis
 */
export function createRedisCache(options: RedisCacheOptions): StateCache {
  const {
    url,
    cluster = false,
    ca,
    keyPrefix = KEY_PREFIX,
    timeoutMs = 1_000,
    ttlSeconds = STATE_KEPT_MS / 1_000,
  } = options;
  if (/[{}]/.test(keyPrefix)) throw new Error('the key prefix must not hold braces');
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1)
    throw new Error('states must be kept for whole seconds, at least 1');
  const connection = (cluster ? connectCluster : connectRedis)(redisAddress(url, ca), timeoutMs);
  let closed: Promise<void> | undefined;
  const whileOpen = () => {
    if (closed !== undefined) throw new Error('the state cache is closed');
  };
  return {
    async load(sources) {
      whileOpen();
      const keys = sources.map((source) => sourceKey(keyPrefix, source));
      const replies = await connection.run(keys.map((key) => ({ key, name: 'HGETALL', args: [key] })));
      return replies.map((reply) => fieldsOf(succeeded(connection, reply) as Buffer[]));
    },
    async commit(commits) {
      whileOpen();
      for (const { source, fields } of commits) {
        if (!fields.has(CHECKPOINT_FIELD)) throw new Error(`a commit of source ${source} has no checkpoint`);
      }
      const calls = together(commits, cluster ? 1 : TOGETHER).map((some) => scriptCall(some, keyPrefix, ttlSeconds));
      const replies = await committed(connection, calls);
      return replies.flatMap((reply) => succeeded(connection, reply) as number[]).map((outcome) => outcome === 1);
    },
    close() {
      closed ??= connection.close();
      return closed;
    },
  };
}

/**
 * Sources that one call of the script commits, and fields: a call costs as much as all that is done in it for a source, and nobody else
 * is served meanwhile. In a cluster each source has a slot of its own and so its own call.
 */
const TOGETHER = 64;
const FIELDS_TOGETHER = 512;

/** In order, as many together as may be. */
function together(commits: readonly StateCommit[], sourcesMax: number): StateCommit[][] {
  const groups: StateCommit[][] = [];
  let fields = 0;
  for (const commit of commits) {
    const last = groups.at(-1);
    fields += commit.fields.size;
    if (last !== undefined && last.length < sourcesMax && fields <= FIELDS_TOGETHER) last.push(commit);
    else {
      groups.push([commit]);
      fields = commit.fields.size;
    }
  }
  return groups;
}

function scriptCall(commits: readonly StateCommit[], keyPrefix: string, ttlSeconds: number): RedisCommand {
  const keys = commits.map(({ source }) => sourceKey(keyPrefix, source));
  return { key: keys[0]!, name: 'EVALSHA', args: commitCall(COMMIT_SCRIPT_SHA, keys, commits, ttlSeconds) };
}

/** By the script's hash first; where a server does not know it (it was restarted, or flushed), with the whole script. */
async function committed(
  connection: RedisConnection,
  commands: readonly RedisCommand[],
): Promise<readonly RedisReply[]> {
  const replies = [...(await connection.run(commands))];
  const unknown = [...replies.keys()].filter((at) => replies[at]![0]?.message.startsWith('NOSCRIPT'));
  const whole = unknown.map((at) => {
    const { key, args } = commands[at]!;
    return { key, name: 'EVAL', args: [COMMIT_SCRIPT, ...args.slice(1)] };
  });
  (await connection.run(whole)).forEach((reply, i) => {
    replies[unknown[i]!] = reply;
  });
  return replies;
}

/** Answers of a server that cannot be right whenever they are tried again. */
const DEFECT = /^(WRONGTYPE|ERR|NOPERM)\b/;

function succeeded(connection: RedisConnection, [error, result]: RedisReply): unknown {
  if (error === null) return result;
  // No cause: ioredis keeps the arguments of the command in its errors.
  const text = connection.safeText(error);
  throw DEFECT.test(text) ? new Error(`cache: ${text}`) : new TransientFault('cache', text);
}

/** Names and values in turns, as HGETALL answers. */
function fieldsOf(flat: readonly Buffer[]): StateFields | undefined {
  if (flat.length === 0) return undefined;
  const fields = new Map<string, Uint8Array>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(nameOf(flat[i]!), flat[i + 1]!);
  return fields;
}

/** The same few names come with every source: as one text each they are made, and hashed, once. */
const names: (string | undefined)[] = new Array(256).fill(undefined);

function nameOf(bytes: Buffer): string {
  const place = (31 * bytes.length + (bytes.at(-1) ?? 0)) % names.length;
  const last = names[place];
  if (last !== undefined && isSameAscii(bytes, last)) return last;
  const name = bytes.toString();
  names[place] = name;
  return name;
}
