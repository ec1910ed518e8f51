import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../domain/limits';
import { type DecodedRecord, decodeText, refused } from '../domain/wire';

/** Strict: a byte that is not UTF-8 makes the record invalid instead of turning into U+FFFD. A leading BOM is dropped. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes of one record to data points: UTF-8 JSON, array or NDJSON, gzipped or not (told by gzip's magic number).
 * Never throws for what the bytes hold, and never inflates beyond {@link LIMITS.decompressedBytesMax}. O(decompressed bytes).
 */
export function decodeBody(body: Uint8Array): DecodedRecord {
  if (body.length > LIMITS.recordBytesMax)
    return refused('too-large', `the record has ${body.length} bytes; at most ${LIMITS.recordBytesMax} are read`);
  const plain = isGzip(body) ? inflate(body) : body;
  if (!(plain instanceof Uint8Array)) return plain;
  let text: string;
  try {
    text = utf8.decode(plain);
  } catch {
    return refused('not-text', 'the record is not UTF-8 text');
  }
  return decodeText(text);
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function inflate(body: Uint8Array): Uint8Array | DecodedRecord {
  try {
    return gunzipSync(body, { maxOutputLength: LIMITS.decompressedBytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return refused('too-large', `the record inflates to more than ${LIMITS.decompressedBytesMax} bytes`);
    return refused('not-gzip', 'the record begins as gzip and cannot be inflated');
  }
}
