import { gunzipSync } from 'node:zlib';
import type { Rejection } from '../domain/data-point';
import { LIMITS } from '../domain/limits';
import { type DecodedRecord, decodeText, type IndexedPoint, refused } from '../domain/wire';
import { isAggregate, userRecordsOf } from './kpl';
import { decodeLines } from './line-points';
import { type RedrivenBody, redrivenOf } from './redriven-record';

/** Strict: a byte that is not UTF-8 makes the record invalid instead of turning into U+FFFD. A leading BOM is dropped. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes of one record to data points. What they are is told by what they hold:
 *
 * - text: JSON (an object, an array, NDJSON) if it begins with a bracket, else Influx line protocol (see {@link decodeLines});
 * - gzip of such text, by its magic number;
 * - an aggregate of the Kinesis Producer Library, by its magic number: each of its user records is one of the above, and what
 *   is wrong with one does not touch the others. Elements of user record n have indices from n × {@link LIMITS.recordPointsMax}
 *   on, so that no index depends on how another user record is read.
 *
 * One that was redriven holds one of these, and its elements keep the indices and the arrival that they had at first.
 *
 * Never throws for what the bytes hold. A record inflates to at most {@link LIMITS.decompressedBytesMax} and holds at most
 * {@link LIMITS.recordPointsMax} elements, aggregate or not. O(decompressed bytes).
 *
 * @param arrival epoch milliseconds: the timestamp of lines that have none; when absent, these are rejected
 */
export function decodeBody(body: Uint8Array, arrival?: number): DecodedRecord {
  if (body.length > LIMITS.recordBytesMax)
    return refused('too-large', `the record has ${body.length} bytes; at most ${LIMITS.recordBytesMax} are read`);
  const again = redrivenOf(body);
  return again === undefined ? decodePlain(body, arrival) : decodeRedriven(again, arrival);
}

function decodePlain(body: Uint8Array, arrival: number | undefined): DecodedRecord {
  if (isAggregate(body)) return decodeAggregate(body, arrival);
  return decodeOne(body, { bytes: LIMITS.decompressedBytesMax }, arrival);
}

/** What it says of itself is believed as far as it can do no harm: nothing came after it was put again. */
function decodeRedriven({ redriven, body }: RedrivenBody, arrival = Number.POSITIVE_INFINITY): DecodedRecord {
  const mark = { ...redriven, arrival: Math.min(redriven.arrival, arrival) };
  const { points, rejections, ...rest } = decodePlain(body, mark.arrival);
  const { elements } = mark;
  if (elements === undefined) return { points, rejections, ...rest, redriven: mark };
  const first = <Item extends { readonly index: number }>(item: Item) => ({
    ...item,
    index: elements[item.index] ?? item.index,
  });
  return { points: points.map(first), rejections: rejections.map(first), ...rest, redriven: mark };
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Bytes that may still be inflated. */
interface Budget {
  bytes: number;
}

function decodeOne(body: Uint8Array, budget: Budget, arrival: number | undefined): DecodedRecord {
  const plain = isGzip(body) ? inflate(body, budget) : body;
  if (!(plain instanceof Uint8Array)) return plain;
  let text: string;
  try {
    text = utf8.decode(plain);
  } catch {
    return refused('not-text', 'the record is not UTF-8 text');
  }
  return isLines(text) ? decodeLines(text, arrival) : decodeText(text);
}

/** JSON of data points begins with a bracket; a line has a field and so an equals sign. Anything else is told that it is no JSON. */
function isLines(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === BRACE || first === BRACKET) return false;
  return /^\s*[^\s{[]/.test(text) && text.includes('=');
}

const BRACE = 0x7b;
const BRACKET = 0x5b;

function decodeAggregate(body: Uint8Array, arrival: number | undefined): DecodedRecord {
  const records = userRecordsOf(body, LIMITS.recordPointsMax);
  if (records === undefined)
    return refused('not-kpl', 'the record begins as an aggregate of the KPL and is damaged: checksum or structure');
  if (records.length === 0) return refused('empty', 'the aggregate holds no user records');
  const budget = { bytes: LIMITS.decompressedBytesMax };
  const points: IndexedPoint[] = [];
  const rejections: Rejection[] = [];
  let unmeasured = 0;
  for (const [n, record] of records.entries()) {
    const first = n * LIMITS.recordPointsMax;
    const decoded = record === undefined ? DAMAGED : decodeOne(record, budget, arrival);
    for (const { index, point } of decoded.points) points.push({ index: first + index, point });
    for (const rejection of decoded.rejections) rejections.push({ ...rejection, index: first + rejection.index });
    unmeasured += decoded.unmeasured ?? 0;
    if (points.length + rejections.length + unmeasured > LIMITS.recordPointsMax)
      return refused('too-many-points', `more than ${LIMITS.recordPointsMax} data points in one aggregated record`);
  }
  return { points, rejections, unmeasured };
}

const DAMAGED = refused('not-kpl', 'a user record of the aggregate is damaged');

function inflate(body: Uint8Array, budget: Budget): Uint8Array | DecodedRecord {
  try {
    if (budget.bytes === 0) return inflatesTooFar();
    const plain = gunzipSync(body, { maxOutputLength: budget.bytes });
    budget.bytes -= plain.length;
    return plain;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      budget.bytes = 0;
      return inflatesTooFar();
    }
    // How far it came is not told: what it may have cost at most.
    budget.bytes = Math.max(0, budget.bytes - INFLATION_MAX * body.length);
    return refused('not-gzip', 'the record begins as gzip and cannot be inflated');
  }
}

/** Bytes that deflate can make of one, at most. */
const INFLATION_MAX = 1032;

function inflatesTooFar(): DecodedRecord {
  return refused('too-large', `the record inflates to more than ${LIMITS.decompressedBytesMax} bytes`);
}
