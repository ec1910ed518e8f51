import { crc32 } from './crc32';

/**
 * One record on disk: magic (4 bytes), length of what follows the header (4), CRC-32 of it (4); then sequence number (6), arrival
 * in epoch milliseconds (6), length of the partition key (2), the key in UTF-8, the data. Numbers are big-endian.
 *
 * The CRC begins from a secret of the log, so bytes that a producer sends can never pass for a frame when a reader looks for the
 * next good one behind a damaged stretch.
 */
export const FRAME_HEADER_BYTES = 12;
const META_BYTES = 14;
export const FRAME_OVERHEAD_BYTES = FRAME_HEADER_BYTES + META_BYTES;
const MAGIC = 0x54574c31;
export const FRAME_MAGIC = Buffer.from('TWL1', 'latin1');

/** Bytes of a partition key in UTF-8; as many as Kinesis' 256 characters can have. */
export const KEY_BYTES_MAX = 1024;
/** Bytes of one record's data that a frame can hold: Kinesis' own limit. */
export const DATA_BYTES_MAX = 10 * 1_048_576;
const BODY_BYTES_MAX = META_BYTES + KEY_BYTES_MAX + DATA_BYTES_MAX;

export interface Frame {
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly arrivalMs: number;
  readonly partitionKey: string;
  /** A view into the bytes that were decoded. */
  readonly data: Buffer;
  /** Bytes of the whole frame. */
  readonly bytes: number;
}

export interface FrameContent {
  readonly sequence: number;
  readonly arrivalMs: number;
  readonly partitionKey: string;
  readonly keyBytes: number;
  readonly data: Uint8Array;
}

/** Writes a frame at `at` and returns where it ends. The target must have room. O(bytes). */
export function encodeFrame(target: Buffer, at: number, content: FrameContent, salt: number): number {
  const bodyAt = at + FRAME_HEADER_BYTES;
  const keyAt = bodyAt + META_BYTES;
  const dataAt = keyAt + content.keyBytes;
  const end = dataAt + content.data.length;
  target.writeUInt32BE(MAGIC, at);
  target.writeUInt32BE(end - bodyAt, at + 4);
  target.writeUIntBE(content.sequence, bodyAt, 6);
  target.writeUIntBE(content.arrivalMs, bodyAt + 6, 6);
  target.writeUInt16BE(content.keyBytes, bodyAt + 12);
  target.write(content.partitionKey, keyAt, content.keyBytes, 'utf8');
  target.set(content.data, dataAt);
  target.writeUInt32BE(crc32(target.subarray(bodyAt, end), salt), at + 8);
  return end;
}

/** What stands at a place: a frame, the beginning of one that may go on ('short'), or something else ('damaged'). O(frame). */
export function decodeFrame(bytes: Buffer, at: number, salt: number): Frame | 'short' | 'damaged' {
  if (bytes.length - at < FRAME_HEADER_BYTES) return isPrefix(bytes, at) ? 'short' : 'damaged';
  if (bytes.readUInt32BE(at) !== MAGIC) return 'damaged';
  const bodyBytes = bytes.readUInt32BE(at + 4);
  if (bodyBytes < META_BYTES || bodyBytes > BODY_BYTES_MAX) return 'damaged';
  const bodyAt = at + FRAME_HEADER_BYTES;
  const end = bodyAt + bodyBytes;
  if (end > bytes.length) return 'short';
  if (crc32(bytes.subarray(bodyAt, end), salt) !== bytes.readUInt32BE(at + 8)) return 'damaged';
  const keyAt = bodyAt + META_BYTES;
  const dataAt = keyAt + bytes.readUInt16BE(bodyAt + 12);
  if (dataAt > end) return 'damaged';
  return {
    sequence: bytes.readUIntBE(bodyAt, 6),
    arrivalMs: bytes.readUIntBE(bodyAt + 6, 6),
    partitionKey: bytes.toString('utf8', keyAt, dataAt),
    data: bytes.subarray(dataAt, end),
    bytes: end - at,
  };
}

/** Could fewer bytes than a header be the beginning of one? */
function isPrefix(bytes: Buffer, at: number): boolean {
  const known = Math.min(FRAME_MAGIC.length, bytes.length - at);
  return bytes.compare(FRAME_MAGIC, 0, known, at, at + known) === 0;
}
