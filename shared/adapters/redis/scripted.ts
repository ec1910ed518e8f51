import { createHash } from 'node:crypto';
import { TransientFault } from '../../detection/ports';
import type { RedisCommand, RedisReply } from './pipeline';
import type { RedisConnection } from './redis-connection';

export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** A call of a script; all keys must lie in one slot. */
export function scripted(
  { sha }: Script,
  keys: readonly [string, ...string[]],
  values: readonly (string | number)[],
): RedisCommand {
  return { key: keys[0], name: 'EVALSHA', args: [sha, keys.length, ...keys, ...values] };
}

/**
 * Results in the order of the commands. Scripts by their hashes first; where a server does not know one (it was restarted, or
 * flushed), with the whole script.
 *
 * @param part what is called, for people
 */
export async function runScripted(
  part: string,
  connection: RedisConnection,
  commands: readonly RedisCommand[],
  scripts: readonly Script[],
): Promise<unknown[]> {
  const replies = [...(await connection.run(commands))];
  const unknown = [...replies.keys()].filter((at) => replies[at]![0]?.message.startsWith('NOSCRIPT'));
  const whole = unknown.map((at) => {
    const { key, args } = commands[at]!;
    const { text } = scripts.find(({ sha }) => sha === args[0])!;
    return { key, name: 'EVAL', args: [text, ...args.slice(1)] };
  });
  (await connection.run(whole)).forEach((reply, i) => {
    replies[unknown[i]!] = reply;
  });
  return replies.map((reply) => succeeded(part, connection, reply));
}

/** Answers of a server that cannot be right whenever they are tried again. */
const DEFECT = /^(WRONGTYPE|ERR|NOPERM)\b/;

function succeeded(part: string, connection: RedisConnection, [error, result]: RedisReply): unknown {
  if (error === null) return result;
  // No cause: ioredis keeps the arguments of the command in its errors.
  const text = connection.safeText(error);
  throw DEFECT.test(text) ? new Error(`${part}: ${text}`) : new TransientFault(part, text);
}
