import { Command, type Redis } from 'ioredis';

/** A command that concerns one key. */
export interface RedisCommand {
  readonly key: string;
  readonly name: string;
  /** With the key, where the command has it. */
  readonly args: readonly (string | Uint8Array | number)[];
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
 * pipeline would spend twice as much processor time: on promises and a timer a command, and on encoding each by itself.
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
        if (--waiting === 0) send(client.stream, commands);
      },
    } as unknown as Redis['stream'];
    commands.forEach(({ name }, at) => {
      const command = new Piped(name, [], { replyEncoding: null });
      // In place of its promise, which nobody waits for.
      command.resolve = (result: unknown) => take(at, [null, result]);
      command.reject = (error: Error) => take(at, [error, undefined]);
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

/** Memory of a pipeline that the system has taken over: the next one need not ask for megabytes that nobody touched yet. */
let spare = new ArrayBuffer(0);
const SPARE_BYTES_MAX = 16 * 1_048_576;

function send(stream: Redis['stream'], commands: readonly RedisCommand[]): void {
  const bytes = encodeCommands(commands, spare);
  const memory = bytes.buffer as ArrayBuffer;
  if (memory === spare) spare = new ArrayBuffer(0);
  stream.write(bytes, (error) => {
    if (!error && memory.byteLength > spare.byteLength && memory.byteLength <= SPARE_BYTES_MAX) spare = memory;
  });
}

/**
 * Arrays of bulk strings, as a server reads them. O(bytes).
 *
 * @param room memory to write to, if it is enough
 * @see Redis serialization protocol specification (RESP2)
 */
export function encodeCommands(commands: readonly RedisCommand[], room = new ArrayBuffer(0)): Buffer {
  const size = commands.reduce((sum, command) => sum + bytesMax(command), 0);
  const bytes = size <= room.byteLength ? Buffer.from(room) : Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const { name, args } of commands) {
    at = putHead(bytes, at, ARRAY, args.length + 1);
    at = putText(bytes, at, name);
    for (const arg of args) at = typeof arg === 'object' ? putBytes(bytes, at, arg) : putText(bytes, at, `${arg}`);
  }
  return bytes.subarray(0, at);
}

function bytesMax({ name, args }: RedisCommand): number {
  let sum = 2 * HEAD_BYTES_MAX + name.length;
  // UTF-8 takes at most three bytes for a UTF-16 unit; no number is longer than 24 signs.
  for (const arg of args)
    sum += HEAD_BYTES_MAX + (typeof arg === 'string' ? 3 * arg.length : typeof arg === 'number' ? 24 : arg.length);
  return sum;
}

const [ARRAY, BULK, ZERO, ASCII_MAX] = [0x2a, 0x24, 0x30, 0x7f];
/** Shorter texts are put sign by sign: to ask Node for it takes longer. */
const SHORT = 64;

function putBytes(bytes: Buffer, at: number, arg: Uint8Array): number {
  const start = putHead(bytes, at, BULK, arg.length);
  bytes.set(arg, start);
  return putLineEnd(bytes, start + arg.length);
}

function putText(bytes: Buffer, at: number, text: string): number {
  if (text.length < SHORT) {
    const start = putHead(bytes, at, BULK, text.length);
    let sign = 0;
    while (sign < text.length && text.charCodeAt(sign) <= ASCII_MAX) bytes[start + sign] = text.charCodeAt(sign++);
    if (sign === text.length) return putLineEnd(bytes, start + sign);
  }
  const length = Buffer.byteLength(text);
  const start = putHead(bytes, at, BULK, length);
  bytes.write(text, start);
  return putLineEnd(bytes, start + length);
}

/** Kind and whole number ≥ 0, as a line. */
function putHead(bytes: Buffer, at: number, kind: number, count: number): number {
  bytes[at] = kind;
  let end = at + 2;
  for (let rest = count; rest >= 10; rest = Math.trunc(rest / 10)) end++;
  let rest = count;
  for (let digit = end - 1; digit > at; digit--) {
    bytes[digit] = ZERO + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
  return putLineEnd(bytes, end);
}

function putLineEnd(bytes: Buffer, at: number): number {
  bytes[at] = 0x0d;
  bytes[at + 1] = 0x0a;
  return at + 2;
}
