/** One line of Influx line protocol as it is written: names without their escapes, the rest not yet judged. */
export interface Line {
  readonly measurement: string;
  /** In the order of the line; no name twice. */
  readonly tags: ReadonlyMap<string, string>;
  /** Floats, integers and booleans (as 1 and 0); `undefined` for a string. No name twice. */
  readonly fields: ReadonlyMap<string, number | undefined>;
  /** Whole nanoseconds since the epoch; absent when the line has none. */
  readonly timestamp: string | undefined;
}

export interface LineProblem {
  readonly problem: string;
}

/**
 * Lines of Influx line protocol, in order, without blank lines and comments. A line that breaks the grammar gives a problem and
 * reading goes on with the next one; a string that never ends takes the rest of the text with it, since what looks like lines
 * there may be its content. Every character is looked at a bounded number of times: O(text).
 *
 * @see https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function* readLines(text: string): Generator<Line | LineProblem> {
  const reader = { text, at: 0 };
  for (;;) {
    skipToLine(reader);
    if (reader.at >= text.length) return;
    try {
      yield readLine(reader);
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      const end = text.indexOf('\n', reader.at);
      reader.at = end < 0 ? text.length : end + 1;
      yield { problem: error.message };
    }
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

class BadLine extends Error {}

const [TAB, LF, CR, SPACE, QUOTE, HASH, COMMA, EQUALS, BACKSLASH] = [9, 10, 13, 32, 34, 35, 44, 61, 92];
/** Leading zeros are allowed; so many of them are not. */
const INTEGER = /^-?\d{1,40}$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE = /^(?:t|T|true|True|TRUE)$/;
const FALSE = /^(?:f|F|false|False|FALSE)$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

function skipToLine(reader: Reader): void {
  const { text } = reader;
  for (; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at);
    if (code === HASH) {
      const end = text.indexOf('\n', reader.at);
      reader.at = end < 0 ? text.length : end;
    } else if (code !== SPACE && code !== LF && code !== CR && code !== TAB) return;
  }
}

function readLine(reader: Reader): Line {
  const measurement = readName(reader, false);
  if (measurement === '') throw new BadLine('the measurement has no name');
  const tags = readTags(reader);
  if (codeAt(reader) !== SPACE) throw new BadLine('fields are missing');
  skipSpaces(reader);
  const fields = readFields(reader);
  skipSpaces(reader);
  const timestamp = isAtEnd(reader) ? undefined : readTimestamp(reader);
  skipSpaces(reader);
  if (!isAtEnd(reader)) throw new BadLine('something follows the timestamp');
  return { measurement, tags, fields, timestamp };
}

function readTags(reader: Reader): Map<string, string> {
  const tags = new Map<string, string>();
  while (codeAt(reader) === COMMA) {
    reader.at++;
    const name = readKey(reader, 'tag');
    const value = readName(reader, true);
    if (value === '') throw new BadLine(`tag ${shown(name)} has no value`);
    if (codeAt(reader) === EQUALS) throw new BadLine(`tag ${shown(name)} holds an = that is not escaped`);
    if (tags.has(name)) throw new BadLine(`tag ${shown(name)} is there twice`);
    tags.set(name, value);
  }
  return tags;
}

function readFields(reader: Reader): Map<string, number | undefined> {
  const fields = new Map<string, number | undefined>();
  for (;;) {
    const name = readKey(reader, 'field');
    const value = readValue(reader, name);
    if (fields.has(name)) throw new BadLine(`field ${shown(name)} is there twice`);
    fields.set(name, value);
    if (codeAt(reader) !== COMMA) return fields;
    reader.at++;
  }
}

/** A name and the = after it. */
function readKey(reader: Reader, what: string): string {
  const name = readName(reader, true);
  if (name === '') throw new BadLine(`a ${what} has no name`);
  if (codeAt(reader) !== EQUALS) throw new BadLine(`${what} ${shown(name)} has no value`);
  reader.at++;
  return name;
}

/** Up to the next delimiter that no backslash escapes. A backslash before anything else is itself. */
function readName(reader: Reader, equalsEnds: boolean): string {
  const { text } = reader;
  let name = '';
  let from = reader.at;
  for (; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at);
    if (code === COMMA || code === SPACE || code === LF || (code === EQUALS && equalsEnds)) break;
    if (code !== BACKSLASH) continue;
    const next = text.charCodeAt(reader.at + 1);
    if (next !== COMMA && next !== SPACE && !(next === EQUALS && equalsEnds)) continue;
    name += text.slice(from, reader.at);
    reader.at++;
    from = reader.at;
  }
  return name + text.slice(from, reader.at);
}

function readValue(reader: Reader, field: string): number | undefined {
  if (codeAt(reader) === QUOTE) return skipString(reader, field);
  const from = reader.at;
  while (!isBetween(codeAt(reader))) reader.at++;
  const text = reader.text.slice(from, reader.at);
  const value = numberOf(text);
  if (value === undefined)
    throw new BadLine(`field ${shown(field)}: ${shown(text)} is no number, boolean or quoted string`);
  return value;
}

/** The value's own text is of no use here; where it ends is. It may hold line breaks. */
function skipString(reader: Reader, field: string): undefined {
  const { text } = reader;
  for (reader.at++; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at);
    if (code === BACKSLASH) reader.at++;
    else if (code === QUOTE) {
      reader.at++;
      if (!isBetween(codeAt(reader))) throw new BadLine(`field ${shown(field)}: something follows the string`);
      return undefined;
    }
  }
  throw new BadLine(`field ${shown(field)}: the string has no end`);
}

function numberOf(text: string): number | undefined {
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const digits = text.slice(0, -1);
  if (text.endsWith('i') && INTEGER.test(digits)) return within(digits, INT64_MIN, INT64_MAX);
  if (text.endsWith('u') && INTEGER.test(digits)) return within(digits, 0n, UINT64_MAX);
  if (TRUE.test(text)) return 1;
  if (FALSE.test(text)) return 0;
  return undefined;
}

function within(digits: string, min: bigint, max: bigint): number | undefined {
  if (digits.length < 18 && !digits.startsWith('-')) return Number(digits);
  const value = BigInt(digits);
  return value < min || value > max ? undefined : Number(digits);
}

function readTimestamp(reader: Reader): string {
  const from = reader.at;
  while (!isBetween(codeAt(reader))) reader.at++;
  const timestamp = reader.text.slice(from, reader.at);
  if (!INTEGER.test(timestamp) || within(timestamp, INT64_MIN, INT64_MAX) === undefined)
    throw new BadLine(`timestamp ${shown(timestamp)} is no whole number of nanoseconds`);
  return timestamp;
}

function skipSpaces(reader: Reader): void {
  while (codeAt(reader) === SPACE) reader.at++;
}

function isAtEnd(reader: Reader): boolean {
  const code = codeAt(reader);
  if (code === CR) {
    const next = reader.text.charCodeAt(reader.at + 1);
    return next === LF || Number.isNaN(next);
  }
  return code === LF || Number.isNaN(code);
}

/** Does this end a value? Not-a-number is the end of the text. */
function isBetween(code: number): boolean {
  return code === COMMA || code === SPACE || code === LF || code === CR || Number.isNaN(code);
}

function codeAt({ text, at }: Reader): number {
  return text.charCodeAt(at);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
