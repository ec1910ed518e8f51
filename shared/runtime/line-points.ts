import { isRejection, type Rejection, toDataPoint } from '../domain/data-point';
import { LIMITS } from '../domain/limits';
import { type DecodedRecord, type IndexedPoint, refused } from '../domain/wire';
import { type Line, readLines } from './line-protocol';

/**
 * Text of Influx line protocol to data points, one a line. O(text).
 *
 * - The source is the tag `source`; else the tag `host`, as Telegraf sets it; else the measurement.
 * - A metric is `measurement.field`, or `field` alone where the measurement is the source.
 * - With a tag `source` the other tags are tags of the point, as in JSON. Without one nobody has said which tags name a thing
 *   and which describe it, and `cpu,host=a,cpu=cpu0` must not fall together with `cpu,host=a,cpu=cpu1`: there the other tags,
 *   sorted, are also part of the metric's name, as in `cpu.usage_idle[cpu=cpu0]`.
 * - Numbers are metrics, booleans are 1 and 0, strings are left out. A line of strings alone measures nothing, which is usual:
 *   it is counted and not rejected.
 * - Timestamps are nanoseconds and are cut to milliseconds. A line without one gets the record's arrival.
 *
 * The index of a line is its place among those that are neither blank nor comment.
 *
 * @param arrival epoch milliseconds; when absent, a line without a timestamp is rejected
 */
export function decodeLines(text: string, arrival?: number): DecodedRecord {
  const points: IndexedPoint[] = [];
  const rejections: Rejection[] = [];
  let index = 0;
  let unmeasured = 0;
  for (const line of readLines(text)) {
    if (index === LIMITS.recordPointsMax)
      return refused('too-many-points', `more than ${index} lines in one record; at most ${index} are read`);
    const judged = 'problem' in line ? notALine(line.problem, index) : toPoint(line, index, arrival);
    if (judged === undefined) unmeasured++;
    else if (isRejection(judged)) rejections.push(judged);
    else points.push({ index, point: judged });
    index++;
  }
  return index === 0 ? refused('empty', 'the record holds no line but comments') : { points, rejections, unmeasured };
}

function notALine(problem: string, index: number): Rejection {
  return { reason: 'not-line-protocol', index, message: `not line protocol: ${problem}` };
}

function toPoint(line: Line, index: number, arrival: number | undefined) {
  const named = sourceOf(line);
  const metrics: Record<string, number> = Object.create(null);
  let isMeasured = false;
  for (const [field, value] of line.fields) {
    if (value === undefined) continue;
    metrics[named.prefix + field + named.suffix] = value;
    isMeasured = true;
  }
  if (!isMeasured) return undefined;
  const timestamp = line.timestamp === undefined ? arrival : millisecondsOf(line.timestamp);
  if (timestamp === undefined)
    return { reason: 'invalid-field', field: 'timestamp', index, message: 'timestamp: is missing' } as const;
  if (line.timestamp !== undefined && Math.abs(timestamp) < EPOCH_MS_MIN)
    return { reason: 'invalid-field', field: 'timestamp', index, message: NOT_NANOSECONDS } as const;
  return toDataPoint({ source: named.source, timestamp, metrics, tags: named.tags }, index);
}

/** Nanoseconds below this are, with near certainty, coarser units: taken for nanoseconds they lie in the years 1966 to 1973. */
const EPOCH_MS_MIN = 1e11;
const NOT_NANOSECONDS = 'timestamp: looks like seconds, milliseconds or microseconds; nanoseconds are expected';

/** Cut to milliseconds toward the past. Exact, which a double of nanoseconds would not be. */
function millisecondsOf(nanoseconds: string): number {
  const whole = Number(nanoseconds.slice(0, -6));
  return nanoseconds.startsWith('-') && /[1-9]/.test(nanoseconds.slice(-6)) ? whole - 1 : whole;
}

interface Named {
  readonly source: string;
  /** What stands before and after a field's name in its metric's. */
  readonly prefix: string;
  readonly suffix: string;
  readonly tags: Readonly<Record<string, string>>;
}

function sourceOf({ measurement, tags }: Line): Named {
  const by = tags.has('source') ? 'source' : tags.has('host') ? 'host' : undefined;
  const others = [...tags].filter(([name]) => name !== by);
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of others) kept[name] = value;
  return {
    source: by === undefined ? measurement : tags.get(by)!,
    prefix: by === undefined ? '' : `${measurement}.`,
    suffix: by === 'source' || others.length === 0 ? '' : `[${identity(others)}]`,
    tags: kept,
  };
}

/** Producers may write tags in any order. */
function identity(tags: [string, string][]): string {
  return tags
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join();
}
