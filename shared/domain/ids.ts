import { createHash } from 'node:crypto';

/**
 * A stable id of what is named: 128 bits of SHA-256 in hexadecimal. The same parts always give the same id, and parts are
 * told apart ("ab","c" is not "a","bc").
 */
export function stableId(...parts: readonly (string | number | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
