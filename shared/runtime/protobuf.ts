/**
 * Calls `visit` with the number and bytes of every length-delimited field of a protobuf message, in order; all other fields are
 * passed over. Bytes are views, nothing is copied. O(message), no recursion.
 *
 * @param visit returns false to stop
 * @returns false if the message is malformed; what was visited before the flaw stays visited
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function visitFields(message: Uint8Array, visit: (field: number, bytes: Uint8Array) => boolean): boolean {
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined || tag.value < 8) return false;
    at = tag.end;
    const wireType = tag.value % 8;
    if (wireType === VARINT) {
      const skipped = readVarint(message, at);
      if (skipped === undefined) return false;
      at = skipped.end;
    } else if (wireType === FIXED_64) at += 8;
    else if (wireType === FIXED_32) at += 4;
    else if (wireType === LENGTH_DELIMITED) {
      const length = readVarint(message, at);
      if (length === undefined || length.value > message.length - length.end) return false;
      at = length.end + length.value;
      if (!visit(Math.floor(tag.value / 8), message.subarray(length.end, at))) return true;
    } else return false;
  }
  return at === message.length;
}

const [VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32] = [0, 1, 2, 5];
const VARINT_BYTES_MAX = 10;

/** Little-endian groups of seven bits. Above 2^53 the value is inexact, which no length or tag in reach can be. */
function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let at = from; at < from + VARINT_BYTES_MAX; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 128;
  }
  return undefined;
}
