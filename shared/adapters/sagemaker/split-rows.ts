import { encodeRows } from './number-rows';

export interface EncodedRows {
  readonly body: string;
  readonly rows: number;
}

/**
 * Rows as CSV bodies of at most so many bytes, in order, as few as that allows. A row that alone exceeds the limit goes
 * alone: whoever receives it will say so. O(bytes).
 */
export function splitByBytes(rows: readonly (readonly number[])[], bytesMax: number): EncodedRows[] {
  const whole = encodeRows(rows);
  if (whole.length <= bytesMax) return [{ body: whole, rows: rows.length }];
  const parts: EncodedRows[] = [];
  let from = 0;
  let count = 0;
  let lineStart = 0;
  // Decimal text is ASCII: a character is a byte.
  for (let lineEnd = whole.indexOf('\n') + 1; lineEnd > 0; lineEnd = whole.indexOf('\n', lineStart) + 1) {
    if (lineEnd - from > bytesMax && count > 0) {
      parts.push({ body: whole.slice(from, lineStart), rows: count });
      from = lineStart;
      count = 0;
    }
    count++;
    lineStart = lineEnd;
  }
  parts.push({ body: whole.slice(from), rows: count });
  return parts;
}
