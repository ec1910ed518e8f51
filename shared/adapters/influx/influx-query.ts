import { type RetryOptions, withRetries } from '../with-retries';
import type { InfluxClient } from './influx-client';
import { failure, InfluxRefusal } from './influx-faults';
import { tagValue } from './line-protocol';
import { milliseconds, nanoseconds, OFFSETS, TIMESTAMP_MS } from './time';

/** Points of a measurement, of the series that have these tags, within bounds in epoch milliseconds. */
export interface Selection {
  readonly measurement: string;
  readonly fields: readonly string[];
  readonly tags: readonly (readonly [name: string, value: string | undefined])[];
  /** Further conditions, in InfluxQL. */
  readonly where?: readonly string[];
  /** Inclusive. */
  readonly from: number | undefined;
  /** Exclusive. */
  readonly to: number | undefined;
  /** Only so many, the newest of them, and newest first. */
  readonly newest?: number;
}

/** What the server has of one point: time as text with nanoseconds, then the fields in the order asked. */
export type Columns = readonly [time: string, ...values: unknown[]];

const PAGE_POINTS_MAX = 10_000;

/**
 * All points selected, in order of time, read page by page.
 * A page begins at the time of the last point seen and leaves out as many as were seen of that time.
 *
 * @throws {TransientFault} if a page did not come in time
 */
export async function* selected(
  client: InfluxClient,
  selection: Selection,
  pagePoints: number,
  retries: RetryOptions,
): AsyncGenerator<Columns> {
  const size = Math.max(1, Math.min(pagePoints, PAGE_POINTS_MAX));
  const conditions = conditionsOf(selection);
  if (conditions === undefined) return;
  let last: string | undefined;
  let seenOfLast = 0;
  for (;;) {
    const from = last === undefined ? [] : [`time >= '${last}'`];
    const rest = `ORDER BY time ASC LIMIT ${size} OFFSET ${seenOfLast}`;
    const [page = []] = await asked(client, [`${select(selection, [...conditions, ...from])} ${rest}`], retries);
    for (const columns of page) {
      seenOfLast = columns[0] === last ? seenOfLast + 1 : 1;
      last = columns[0];
      yield columns;
    }
    if (page.length < size) return;
  }
}

/** All points of each selection, without paging: for many selections of few points. In the order of the selections. */
export async function selectedEach(
  client: InfluxClient,
  selections: readonly Selection[],
  retries: RetryOptions,
): Promise<readonly (readonly Columns[])[]> {
  const statements = selections.map((selection) => select(selection, conditionsOf(selection) ?? ['time < 0']));
  return asked(client, statements, retries);
}

/** Tags of the series that have points of a field within bounds in epoch milliseconds. */
export async function seriesWithin(
  client: InfluxClient,
  { measurement, field, from, to }: Pick<Selection, 'measurement' | 'from' | 'to'> & { readonly field: string },
  retries: RetryOptions,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const conditions = conditionsOf({ measurement, fields: [], tags: [], from, to });
  if (conditions === undefined) return [];
  const statement = `SELECT first(${identifier(field)}) FROM ${identifier(measurement)} WHERE ${conditions.join(' AND ')} GROUP BY *`;
  const [series = []] = await answered(client, [statement], retries);
  return series.map(({ tags = {} }) => tags);
}

/** Points that come in order of time, those of one millisecond together. */
export async function* byMillisecond(points: AsyncIterable<Columns>): AsyncGenerator<readonly Columns[]> {
  let group: Columns[] = [];
  let timestamp = Number.NaN;
  for await (const columns of points) {
    const next = milliseconds(columns[0]);
    if (next !== timestamp && group.length > 0) {
      yield group;
      group = [];
    }
    timestamp = next;
    group.push(columns);
  }
  if (group.length > 0) yield group;
}

function select({ measurement, fields, newest }: Selection, conditions: readonly string[]): string {
  const all = `SELECT ${fields.map(identifier).join(', ')} FROM ${identifier(measurement)} WHERE ${conditions.join(' AND ')}`;
  return newest === undefined ? all : `${all} ORDER BY time DESC LIMIT ${newest}`;
}

/** Undefined when no time is within the bounds. */
function conditionsOf({ tags, where = [], from, to }: Selection): readonly string[] | undefined {
  const first = Math.max(Math.ceil(from ?? -Infinity), TIMESTAMP_MS.min);
  // Bounds need not be whole: the next whole millisecond keeps "to" exclusive.
  const end = Math.min(Math.ceil(to ?? Infinity), TIMESTAMP_MS.max + 1);
  if (!(first < end)) return undefined;
  return [
    ...where,
    ...tags.flatMap(([name, value]) =>
      value === undefined ? [] : [`${identifier(name)} = ${literal(tagValue(value))}`],
    ),
    `time >= ${nanoseconds(first, 0)}`,
    `time <= ${nanoseconds(end - 1, OFFSETS - 1)}`,
  ];
}

/** One request for all statements; their points in the same order. */
async function asked(
  client: InfluxClient,
  statements: readonly string[],
  retries: RetryOptions,
): Promise<readonly (readonly Columns[])[]> {
  return (await answered(client, statements, retries)).map((series) => series[0]?.values ?? []);
}

interface Series {
  readonly tags?: Readonly<Record<string, string>>;
  readonly values: readonly Columns[];
}

async function answered(
  client: InfluxClient,
  statements: readonly string[],
  retries: RetryOptions,
): Promise<readonly (readonly Series[])[]> {
  const text = await withRetries(retries, async (timeoutMs) => {
    const answer = await client.query(statements.join('; '), timeoutMs);
    if (answer.status !== 200) throw failure(answer);
    return answer.body;
  });
  const { results } = JSON.parse(text) as { results: { error?: string; series?: Series[] }[] };
  const error = results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw new InfluxRefusal(200, error);
  return results.map(({ series }) => series ?? []);
}

function identifier(name: string): string {
  return `"${name}"`;
}

/** InfluxQL knows `\\`, `\'` and `\n` in a text, and no other escape. */
function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}
