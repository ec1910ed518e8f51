const ASCII_MAX = 0x7f;

/** Are the bytes this text, all of it ASCII? False for any other text, even if the bytes say it. O(bytes), without decoding. */
export function isSameAscii(bytes: Uint8Array, text: string): boolean {
  if (bytes.length !== text.length) return false;
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] !== text.charCodeAt(at) || bytes[at]! > ASCII_MAX) return false;
  return true;
}
