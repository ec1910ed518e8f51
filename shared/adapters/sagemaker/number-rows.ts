/** Rows of decimal numbers as CSV, without header and quotes: what travels to and from an endpoint. */

/** Text that is not such rows; the message names row and column, both from 1. */
export class MalformedRows extends Error {
  override readonly name = 'MalformedRows';
}

/** One line a row, each ended by a newline. Every finite number comes back from {@link decodeRows} to the bit. */
export function encodeRows(rows: readonly (readonly number[])[]): string {
  let text = '';
  for (const row of rows) text += `${row.join(',')}\n`;
  return text;
}

/**
 * Rows of exactly the columns named. Lines end with LF or CRLF, the last one need not. O(bytes), some 15 ns a number: short
 * decimals are read as a whole number over a power of ten, which is correctly rounded, so no substring is made.
 *
 * @throws {MalformedRows} at the first cell that is not a finite decimal number, and for a row of other length
 */
export function decodeRows(bytes: Uint8Array, columns: readonly string[]): number[][] {
  const rows: number[][] = [];
  const reader: Reader = { bytes, at: 0 };
  while (reader.at < bytes.length) rows.push(readRow(reader, columns, rows.length + 1));
  return rows;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

const [COMMA, CR, LF, MINUS, DOT, ZERO] = [0x2c, 0x0d, 0x0a, 0x2d, 0x2e, 0x30];
/** Whole numbers of so many digits, and powers of ten up to it, are doubles without rounding. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

function readRow(reader: Reader, columns: readonly string[], rowNumber: number): number[] {
  const { bytes } = reader;
  const row: number[] = [];
  for (let column = 0; column < columns.length; column++) {
    row.push(readShortDecimal(reader) ?? readAnyDecimal(reader, columns, column, rowNumber));
    const end = endOfLine(bytes, reader.at);
    const isLast = column === columns.length - 1;
    if (isLast && end !== undefined) {
      reader.at = end;
      return row;
    }
    if (isLast || end !== undefined) throw wrongLength(reader, columns, rowNumber, column);
    reader.at++;
  }
  throw new MalformedRows('no columns are expected');
}

/** Up to 15 digits, at most one point between two of them, up to a comma or line end; anything else is left to the other. */
function readShortDecimal(reader: Reader): number | undefined {
  const { bytes } = reader;
  const isNegative = bytes[reader.at] === MINUS;
  const start = isNegative ? reader.at + 1 : reader.at;
  let at = start;
  let whole = 0;
  let pointAt = -1;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte < ZERO + 10) whole = whole * 10 + (byte - ZERO);
    else if (byte === DOT && pointAt < 0) pointAt = at;
    else if (byte === COMMA || endOfLine(bytes, at) !== undefined) break;
    else return undefined;
  }
  const digits = at - start - (pointAt < 0 ? 0 : 1);
  if (digits === 0 || digits > EXACT_DIGITS || pointAt === start || pointAt === at - 1) return undefined;
  reader.at = at;
  const value = pointAt < 0 ? whole : whole / POWERS_OF_TEN[at - 1 - pointAt]!;
  return isNegative ? -value : value;
}

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function readAnyDecimal(reader: Reader, columns: readonly string[], column: number, rowNumber: number): number {
  const { bytes, at } = reader;
  let end = at;
  while (end < bytes.length && bytes[end] !== COMMA && endOfLine(bytes, end) === undefined) end++;
  const cell = Buffer.from(bytes.subarray(at, Math.min(end, at + 400))).toString();
  if (cell === '' && column === 0 && bytes[end] !== COMMA) throw new MalformedRows(`row ${rowNumber} is empty`);
  const value = DECIMAL.test(cell) ? Number(cell) : Number.NaN;
  if (!Number.isFinite(value)) {
    const where = `row ${rowNumber}, column ${column + 1} (${columns[column]})`;
    throw new MalformedRows(`${where}: ${JSON.stringify(cell.slice(0, 40))} is not a finite decimal number`);
  }
  reader.at = end;
  return value;
}

/** Where the next line begins if one ends here. */
function endOfLine(bytes: Uint8Array, at: number): number | undefined {
  if (at >= bytes.length) return at;
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : undefined;
}

function wrongLength(reader: Reader, columns: readonly string[], rowNumber: number, column: number): MalformedRows {
  let count = column + 1;
  for (let at = reader.at; endOfLine(reader.bytes, at) === undefined; at++) if (reader.bytes[at] === COMMA) count++;
  return new MalformedRows(`row ${rowNumber} has ${count} columns; ${columns.length} are expected`);
}
