import type { ChainableCommander } from 'ioredis';
import {
  CHECKPOINT_FIELD,
  type StateCache,
  type StateCommit,
  type StateFields,
  TransientFault,
} from '../../detection/ports';
import { COMMIT_SCRIPT, COMMIT_SCRIPT_SHA, commitArguments } from './commit-script';
import { connectRedis, type RedisConnection } from './redis-connection';
import { sourceKey } from './source-key';

export interface RedisCacheOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Keys are `<prefix>:{<source>}`; without braces. */
  readonly keyPrefix?: string;
  /** For reaching the server, and for each command; then the call rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

/**
 * Source states in Redis, a hash a source, a field for each of the state's. A load is one pipeline of HGETALL, a commit one
 * of the compare-and-set script. Connects when first used; while there is no connection, calls wait for it until the
 * time-out and are then rejected, none is queued.
 *
 * @throws {Error} if the URL is none of Redis
 */
export function createRedisCache({ url, keyPrefix = 'tidewatch', timeoutMs = 1_000 }: RedisCacheOptions): StateCache {
  if (/[{}]/.test(keyPrefix)) throw new Error('the key prefix must not hold braces');
  const connection = connectRedis({ url, timeoutMs });
  let closed: Promise<void> | undefined;
  const whileOpen = () => {
    if (closed !== undefined) throw new Error('the state cache is closed');
  };
  return {
    async load(sources) {
      whileOpen();
      const replies = await pipelined(connection, sources, (pipeline, source) =>
        pipeline.callBuffer('HGETALL', sourceKey(keyPrefix, source)),
      );
      return replies.map((reply) => fieldsOf(succeeded(connection, reply) as Buffer[]));
    },
    async commit(commits) {
      whileOpen();
      for (const { source, fields } of commits) {
        if (!fields.has(CHECKPOINT_FIELD)) throw new Error(`a commit of source ${source} has no checkpoint`);
      }
      const replies = await committed(connection, keyPrefix, commits);
      return replies.map((reply) => succeeded(connection, reply) === 1);
    },
    close() {
      closed ??= connection.close();
      return closed;
    },
  };
}

/** Error and result of one command. */
type Reply = readonly [error: Error | null, result: unknown];

/** By the script's hash first; where the server does not know it (it was restarted, or flushed), with the whole script. */
async function committed(
  connection: RedisConnection,
  prefix: string,
  commits: readonly StateCommit[],
): Promise<readonly Reply[]> {
  const replies = await pipelined(connection, commits, (pipeline, commit) =>
    pipeline.call('EVALSHA', COMMIT_SCRIPT_SHA, ...commitArguments(sourceKey(prefix, commit.source), commit)),
  );
  const unknown = replies.flatMap(([error], i) => (error?.message.startsWith('NOSCRIPT') ? [i] : []));
  const again = await pipelined(connection, unknown, (pipeline, i) =>
    pipeline.call('EVAL', COMMIT_SCRIPT, ...commitArguments(sourceKey(prefix, commits[i]!.source), commits[i]!)),
  );
  const merged = [...replies];
  unknown.forEach((at, i) => {
    merged[at] = again[i]!;
  });
  return merged;
}

/** One command for each item, in one round trip. */
async function pipelined<Item>(
  connection: RedisConnection,
  items: readonly Item[],
  command: (pipeline: ChainableCommander, item: Item) => unknown,
): Promise<readonly Reply[]> {
  if (items.length === 0) return [];
  const client = await connection.ready();
  const pipeline = client.pipeline();
  for (const item of items) command(pipeline, item);
  return (await pipeline.exec())!;
}

/** Answers of a server that cannot be right whenever they are tried again. */
const DEFECT = /^(WRONGTYPE|ERR|NOPERM)\b/;

function succeeded(connection: RedisConnection, [error, result]: Reply): unknown {
  if (error === null) return result;
  // No cause: ioredis keeps the arguments of the command in its errors.
  const text = connection.safeText(error);
  if (text === 'Command timed out') connection.renew();
  throw DEFECT.test(text) ? new Error(`cache: ${text}`) : new TransientFault('cache', text);
}

/** Names and values in turns, as HGETALL answers. */
function fieldsOf(flat: readonly Buffer[]): StateFields | undefined {
  if (flat.length === 0) return undefined;
  const fields = new Map<string, Uint8Array>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i]!.toString(), flat[i + 1]!);
  return fields;
}
