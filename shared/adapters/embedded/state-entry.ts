import type { StateFields } from '../../detection/ports';

/** First byte of every entry; a layout that differs takes the next number. */
const LAYOUT = 1;
/** Per field: two bytes for the length of its name, four for the length of its value. */
const FIELD_HEAD_BYTES = 6;
const FIELD_NAME_BYTES_MAX = 65_535;

/**
 * Fields of an entry; the values are views of its bytes, not copies. O(fields).
 *
 * @throws {Error} if the bytes are not an entry
 */
export function decodeEntry(entry: Buffer): StateFields {
  const fields = new Map<string, Uint8Array>();
  visitFields(entry, (name, start, end) => {
    fields.set(name, entry.subarray(start, end));
  });
  return fields;
}

/** One field of an entry as a view, without decoding the others. */
export function fieldOfEntry(entry: Buffer, wanted: string): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  visitFields(entry, (name, start, end) => {
    if (name === wanted) found = entry.subarray(start, end);
    return found !== undefined;
  });
  return found;
}

/** Encodes entries into one buffer that it uses again: a result is valid until the next call. */
export type EntryEncoder = (fields: StateFields, previous?: Buffer) => Buffer;

/**
 * Makes an encoder: all fields of a source as one run of bytes, which is the layout, then per field name length, value
 * length, name (UTF-8), value. Fields of the `previous` entry that are not written anew are carried over. O(bytes).
 *
 * The encoder throws a RangeError if a field's name is longer than 65,535 bytes.
 */
export function createEntryEncoder(): EntryEncoder {
  let buffer = Buffer.allocUnsafe(65_536);
  return (fields, previous) => {
    const size = sizeMax(fields) + (previous?.length ?? 0);
    if (size > buffer.length) buffer = Buffer.allocUnsafe(2 * size);
    buffer[0] = LAYOUT;
    let at = 1;
    for (const [name, value] of fields) at = writeField(buffer, at, name, value);
    if (previous !== undefined) {
      visitFields(previous, (name, _start, end, head) => {
        if (!fields.has(name)) at += previous.copy(buffer, at, head, end);
      });
    }
    return buffer.subarray(0, at);
  };
}

function sizeMax(fields: StateFields): number {
  let size = 1;
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  for (const [name, value] of fields) size += FIELD_HEAD_BYTES + 3 * name.length + value.byteLength;
  return size;
}

function writeField(buffer: Buffer, at: number, name: string, value: Uint8Array): number {
  const nameBytes = buffer.write(name, at + FIELD_HEAD_BYTES);
  if (nameBytes > FIELD_NAME_BYTES_MAX) throw new RangeError('the name of a state field is too long');
  buffer.writeUInt16LE(nameBytes, at);
  buffer.writeUInt32LE(value.byteLength, at + 2);
  const start = at + FIELD_HEAD_BYTES + nameBytes;
  buffer.set(value, start);
  return start + value.byteLength;
}

/** Ends early when `visit` returns true; `head` is where the field's lengths stand. */
function visitFields(entry: Buffer, visit: (name: string, start: number, end: number, head: number) => unknown): void {
  const { length } = entry;
  if (length === 0 || entry[0] !== LAYOUT) {
    throw new Error(`a state entry has layout ${entry[0]}; only ${LAYOUT} is known`);
  }
  let head = 1;
  while (head < length) {
    const name = head + FIELD_HEAD_BYTES;
    const start = name <= length ? name + entry.readUInt16LE(head) : Number.POSITIVE_INFINITY;
    const end = start <= length ? start + entry.readUInt32LE(head + 2) : Number.POSITIVE_INFINITY;
    if (end > length) throw new Error('a state entry ends in the middle of a field');
    if (visit(entry.toString('utf8', name, start), start, end, head) === true) return;
    head = end;
  }
}
