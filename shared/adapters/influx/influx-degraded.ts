import type { DegradedQuery } from '../../detection/ports';
import type { PointRow } from '../../domain/rows';
import type { RetryOptions } from '../with-retries';
import { pointOffset, precedence } from './identity';
import type { InfluxClient } from './influx-client';
import { byMillisecond, type Columns, type Selection, selected, selectedEach } from './influx-query';
import { line, nameOfTag } from './line-protocol';
import { POINT_FIELDS, POINTS, pointRow } from './point-lines';
import { nanoseconds } from './time';

/** Rows whose identities are asked for in one request. */
const CHECKED_AT_ONCE = 500;
/** More than the limit: some rows that say degraded are hidden by others. */
const PAGE_SPARE = 100;
/** InfluxDB has no index of fields: it looks at every point of the time that a request is about. */
const SLICE_MS_MIN = 3_600_000;
const SLICES_MAX = 200;

/**
 * Degraded rows that readers see. A row that says so may be hidden, by an amended one or by one on time: each is looked up,
 * many in one request. What was amended no longer says so (see {@link amendedLine}), so that reading does not grow with
 * what was ever degraded.
 */
export async function readDegraded(
  client: InfluxClient,
  { schema, from, limit }: DegradedQuery,
  retries: RetryOptions,
): Promise<readonly PointRow[]> {
  const seen: PointRow[] = [];
  if (limit <= 0) return seen;
  const fields = ['source', 'metric', ...POINT_FIELDS];
  const selection = { measurement: POINTS, fields, tags: [], where: ['"degraded" = true'], from, to: undefined };
  let candidates: PointRow[] = [];
  const check = async () => {
    for (let at = 0; at < candidates.length && seen.length < limit; at += CHECKED_AT_ONCE) {
      const rows = await visible(client, candidates.slice(at, at + CHECKED_AT_ONCE), retries);
      seen.push(...rows.filter((row) => row.degraded && row.features !== undefined && row.versions.schema === schema));
    }
    candidates = [];
  };
  for await (const group of byMillisecond(inSlices(client, selection, limit + PAGE_SPARE, retries))) {
    candidates.push(...identities(group));
    if (candidates.length >= Math.max(CHECKED_AT_ONCE, limit - seen.length)) await check();
    if (seen.length >= limit) break;
  }
  await check();
  return seen.slice(0, limit);
}

/**
 * The row's revision before no longer says that it is degraded. Written after the amended row itself; else a write that
 * ends in between would leave a row that nobody scores again.
 */
export function amendedLine(row: PointRow): string {
  const before = { ...row, revision: row.revision - 1 };
  const tags = [['source', row.source] as const, ['metric', row.metric] as const];
  return line(POINTS, tags, [['degraded', 'false']], nanoseconds(row.timestamp, pointOffset(before)));
}

/** What readers see of the points of one series and millisecond; nothing if {@link amendedLine} found no row to amend. */
export function bestOf(source: string, metric: string, group: readonly Columns[]): readonly PointRow[] {
  const rows = group.filter((columns) => columns[1] !== null).map((columns) => pointRow(source, metric, columns));
  return rows.length === 0 ? [] : [rows.reduce((best, row) => (precedence(row, best) < 0 ? row : best))];
}

/** As {@link selected}, but a request is about a part of the time, so that it ends within its limit however much is stored. */
async function* inSlices(
  client: InfluxClient,
  { from, ...selection }: Selection,
  pagePoints: number,
  retries: RetryOptions,
): AsyncGenerator<Columns> {
  let at = from;
  if (at !== undefined) {
    const now = Date.now();
    const sliceMs = Math.max(SLICE_MS_MIN, (now - at) / SLICES_MAX);
    for (; at < now; at += sliceMs) {
      yield* selected(client, { ...selection, from: at, to: at + sliceMs }, pagePoints, retries);
    }
  }
  // Data may be ahead of this clock.
  yield* selected(client, { ...selection, from: at }, pagePoints, retries);
}

/** Of points with source and metric ahead of their fields: one row of each identity, in order of source and metric. */
function identities(group: readonly Columns[]): PointRow[] {
  const rows = new Map<string, PointRow>();
  for (const [time, source, metric, ...values] of group) {
    const row = pointRow(nameOfTag(String(source)), nameOfTag(String(metric)), [time, ...values]);
    rows.set(`${row.source}\n${row.metric}`, row);
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

async function visible(
  client: InfluxClient,
  candidates: readonly PointRow[],
  retries: RetryOptions,
): Promise<readonly PointRow[]> {
  const selections = candidates.map(({ source, metric, timestamp }) => ({
    measurement: POINTS,
    fields: POINT_FIELDS,
    tags: [['source', source] as const, ['metric', metric] as const],
    from: timestamp,
    to: timestamp + 1,
  }));
  const found = await selectedEach(client, selections, retries);
  return candidates.flatMap(({ source, metric }, i) => bestOf(source, metric, found[i] ?? []));
}
