import * as zlib from 'node:zlib';

/**
 * CRC-32 (IEEE 802.3) of the bytes, begun from `seed`. Node has it since 20.15 and 22.2; a table serves before.
 * ~1 ns a byte natively, ~4 ns by the table.
 */
export const crc32: (bytes: Uint8Array, seed: number) => number =
  (zlib as { crc32?: typeof zlib.crc32 }).crc32 ?? tableCrc32;

/** The same by a table of 256 entries. */
export function tableCrc32(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
