import { Command, type Redis } from 'ioredis';

/** A command that concerns one key. */
export interface RedisCommand {
  readonly key: string;
  readonly name: string;
  /** With the key, where the command has it. */
  readonly args: readonly (string | Buffer | number)[];
}

/** Error and result of one command; texts are buffers. */
export type RedisReply = readonly [error: Error | null, result: unknown];

/** Why a command has no reply: its connection may never answer. */
class NoAnswer extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

export function isTimeout([error]: RedisReply): boolean {
  return error instanceof NoAnswer;
}

/**
 * Commands to one server in one write, and their replies in order; those that did not come in time are errors. The client's own
 * pipeline would spend twice as much processor time: on three promises and a timer a command, and on encoding each by itself.
 */
export function piped(
  client: Redis,
  commands: readonly RedisCommand[],
  timeoutMs: number,
): Promise<readonly RedisReply[]> {
  return new Promise((resolve) => {
    const replies: RedisReply[] = new Array(commands.length);
    let missing = commands.length;
    const take = (at: number, reply: RedisReply) => {
      if (replies[at] !== undefined) return;
      replies[at] = reply;
      if (--missing > 0) return;
      clearTimeout(timer);
      resolve(replies);
    };
    const timer = setTimeout(() => {
      const late: RedisReply = [new NoAnswer(timeoutMs), undefined];
      for (let at = 0; at < commands.length; at++) take(at, late);
    }, timeoutMs);
    let waiting = commands.length;
    // All are accepted within one turn of the event loop: now, or once a connection that is being made is there.
    const accept = {
      write: () => {
        if (--waiting === 0) client.stream.write(encodeCommands(commands));
      },
    } as unknown as Redis['stream'];
    commands.forEach(({ name }, at) => {
      const command = new Piped(name, [], { replyEncoding: null });
      command.promise.then(
        (result: unknown) => take(at, [null, result]),
        (error: Error) => take(at, [error, undefined]),
      );
      client.sendCommand(command, accept);
    });
  });
}

/** Waits for its reply in the client's queue; encoded and timed with all others of its pipeline, so its arguments are not here. */
class Piped extends Command {
  override toWritable(): string {
    return '';
  }
  override setTimeout(): void {}
}

/** Bytes of a bulk string beside its own: sign, length, two line ends; of a command's head likewise. */
const HEAD_BYTES_MAX = 32;

/** Arrays of bulk strings, as a server reads them. O(bytes). @see Redis serialization protocol specification (RESP2) */
export function encodeCommands(commands: readonly RedisCommand[]): Buffer {
  const bytes = Buffer.allocUnsafe(commands.reduce((sum, command) => sum + bytesMax(command), 0));
  let at = 0;
  for (const { name, args } of commands) {
    at += bytes.write(`*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`, at, 'latin1');
    for (const arg of args) at = typeof arg === 'object' ? putBytes(bytes, at, arg) : putText(bytes, at, `${arg}`);
  }
  return bytes.subarray(0, at);
}

function bytesMax({ name, args }: RedisCommand): number {
  let sum = HEAD_BYTES_MAX + name.length;
  // UTF-8 takes at most three bytes for a UTF-16 unit; no number is longer than 24 signs.
  for (const arg of args)
    sum += HEAD_BYTES_MAX + (typeof arg === 'string' ? 3 * arg.length : typeof arg === 'number' ? 24 : arg.length);
  return sum;
}

function putBytes(bytes: Buffer, at: number, arg: Buffer): number {
  const start = at + bytes.write(`$${arg.length}\r\n`, at, 'latin1');
  bytes.set(arg, start);
  return putLineEnd(bytes, start + arg.length);
}

function putText(bytes: Buffer, at: number, text: string): number {
  const length = Buffer.byteLength(text);
  const start = at + bytes.write(`$${length}\r\n`, at, 'latin1');
  bytes.write(text, start);
  return putLineEnd(bytes, start + length);
}

function putLineEnd(bytes: Buffer, at: number): number {
  bytes[at] = 0x0d;
  bytes[at + 1] = 0x0a;
  return at + 2;
}
