import { type DataPoint, isRejection, type Rejection, toDataPoint } from './data-point';
import { LIMITS } from './limits';
import type { Redriven } from './redriven';

/** A data point with its index in the record. */
export interface IndexedPoint {
  readonly index: number;
  readonly point: DataPoint;
}

export interface DecodedRecord {
  readonly points: readonly IndexedPoint[];
  readonly rejections: readonly Rejection[];
  /** Elements in which, as is usual in their format, nothing was measured: neither a point nor a fault. Absent: none. */
  readonly unmeasured?: number;
  /** The record was set aside once and was put on the stream again. */
  readonly redriven?: Redriven;
}

/**
 * Text of one record to data points: a JSON object, an array of them, or NDJSON.
 * Every element is judged on its own; what is wrong with one does not touch the others. O(text).
 */
export function decodeText(text: string): DecodedRecord {
  const whole = parseJson(text);
  if (whole.ok) return decodeValues(Array.isArray(whole.value) ? whole.value : [whole.value]);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return refused('empty', 'the record is empty');
  if (lines.length === 1) return refused('not-json', `not JSON: ${whole.problem}`);
  if (lines.length > LIMITS.recordPointsMax) return tooMany(lines.length);
  const points: IndexedPoint[] = [];
  const rejections: Rejection[] = [];
  lines.forEach((line, index) => {
    const parsed = parseJson(line);
    if (parsed.ok) sort(toDataPoint(parsed.value, index), index, points, rejections);
    else rejections.push({ reason: 'not-json', index, message: `not JSON: ${parsed.problem}` });
  });
  return { points, rejections };
}

function decodeValues(values: readonly unknown[]): DecodedRecord {
  if (values.length === 0) return refused('empty', 'the record is an empty array');
  if (values.length > LIMITS.recordPointsMax) return tooMany(values.length);
  const points: IndexedPoint[] = [];
  const rejections: Rejection[] = [];
  values.forEach((value, index) => {
    sort(toDataPoint(value, index), index, points, rejections);
  });
  return { points, rejections };
}

function sort(result: DataPoint | Rejection, index: number, points: IndexedPoint[], rejections: Rejection[]): void {
  if (isRejection(result)) rejections.push(result);
  else points.push({ index, point: result });
}

/** A record of which nothing can be used. */
export function refused(reason: Rejection['reason'], message: string): DecodedRecord {
  return { points: [], rejections: [{ reason, index: 0, message }] };
}

function tooMany(count: number): DecodedRecord {
  return refused('too-many-points', `${count} data points in one record; at most ${LIMITS.recordPointsMax} are read`);
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message.slice(0, 120) : 'unreadable' };
  }
}
