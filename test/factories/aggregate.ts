import { createHash } from 'node:crypto';

/** A KPL aggregate of messages, made by an encoder of its own: see kpl.test.ts for some that AWS's made. */
export function sealed(...fields: readonly Buffer[]): Buffer {
  const message = Buffer.concat(fields);
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

export function record(message: Buffer): Buffer {
  return field(3, Buffer.concat([Buffer.from([8, 0]), message]));
}

export function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(8 * number + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) + 0x80);
  return Buffer.from([...bytes, value]);
}

/** An aggregate of these user records. */
export function aggregateOf(bodies: readonly Uint8Array[]): Buffer {
  return sealed(...bodies.map((body) => record(field(3, Buffer.from(body)))));
}
