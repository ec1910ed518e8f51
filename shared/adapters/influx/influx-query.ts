import { type RetryOptions, withRetries } from '../with-retries';
import type { InfluxClient } from './influx-client';
import { failure, InfluxRefusal } from './influx-faults';
import { tagValue } from './line-protocol';
import { nanoseconds, OFFSETS, TIMESTAMP_MS } from './time';

/** Points of a measurement, of the series that have these tags, within bounds in epoch milliseconds. */
export interface Selection {
  readonly measurement: string;
  readonly fields: readonly string[];
  readonly tags: readonly (readonly [name: string, value: string | undefined])[];
  /** Inclusive. */
  readonly from: number | undefined;
  /** Exclusive. */
  readonly to: number | undefined;
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
    const where = [...conditions, ...from].join(' AND ');
    const influxQl = `SELECT ${selection.fields.map(identifier).join(', ')} FROM ${identifier(selection.measurement)} WHERE ${where} ORDER BY time ASC LIMIT ${size} OFFSET ${seenOfLast}`;
    const page = await asked(client, influxQl, retries);
    for (const columns of page) {
      seenOfLast = columns[0] === last ? seenOfLast + 1 : 1;
      last = columns[0];
      yield columns;
    }
    if (page.length < size) return;
  }
}

/** Undefined when no time is within the bounds. */
function conditionsOf({ tags, from, to }: Selection): readonly string[] | undefined {
  const first = Math.max(Math.ceil(from ?? -Infinity), TIMESTAMP_MS.min);
  // Bounds need not be whole: the next whole millisecond keeps "to" exclusive.
  const end = Math.min(Math.ceil(to ?? Infinity), TIMESTAMP_MS.max + 1);
  if (!(first < end)) return undefined;
  return [
    ...tags.flatMap(([name, value]) =>
      value === undefined ? [] : [`${identifier(name)} = ${literal(tagValue(value))}`],
    ),
    `time >= ${nanoseconds(first, 0)}`,
    `time <= ${nanoseconds(end - 1, OFFSETS - 1)}`,
  ];
}

async function asked(client: InfluxClient, influxQl: string, retries: RetryOptions): Promise<readonly Columns[]> {
  const text = await withRetries(retries, async (timeoutMs) => {
    const answer = await client.query(influxQl, timeoutMs);
    if (answer.status !== 200) throw failure(answer);
    return answer.body;
  });
  const [result] = (JSON.parse(text) as { results: { error?: string; series?: { values: Columns[] }[] }[] }).results;
  if (result?.error !== undefined) throw new InfluxRefusal(200, result.error);
  return result?.series?.[0]?.values ?? [];
}

function identifier(name: string): string {
  return `"${name}"`;
}

/** InfluxQL knows `\\`, `\'` and `\n` in a text, and no other escape. */
function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}
