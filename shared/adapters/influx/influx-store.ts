import { type DegradedRows, type PointStore, RowsRefused, type ScoreHistory } from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PointRow } from '../../domain/rows';
import { storableRows } from '../storable-rows';
import { ANOMALIES, eventLine } from './event-lines';
import { createInfluxClient } from './influx-client';
import { amendedLine, bestOf, readDegraded } from './influx-degraded';
import type { InfluxTarget } from './influx-options';
import { byMillisecond, type Columns, selected } from './influx-query';
import { readRecent } from './influx-recent';
import { pastScores } from './influx-scores';
import { POINT_FIELDS, POINTS, pointLine } from './point-lines';
import { writeLines } from './write-lines';

export interface InfluxStoreOptions {
  readonly target: InfluxTarget;
  /** For one write or read with its retries; then the call rejects with a TransientFault. */
  readonly timeoutMs?: number;
  /** For one request. */
  readonly attemptTimeoutMs?: number;
  /** Requests of one call at the same time. */
  readonly concurrency?: number;
}

/** More than the limit: a millisecond may have several points of a series. */
const PAGE_SPARE = 10;

/**
 * Points and anomalies in InfluxDB: measurements `points` and `anomalies`, tags source and metric.
 *
 * Where it differs from other stores, by what InfluxDB is: a row or event that is written again replaces what was there, as a
 * whole; positions are told apart among late rows only (one row of a source, metric and timestamp is on time, and it wins);
 * timestamps lie in the years 1677 to 2262, others are refused. See docs/decisions/0005-influx-identity.md.
 *
 * Writes reject with a TransientFault when not durable in time, with {@link RowsRefused} when the server will never take some
 * rows (all others are durable), with InfluxRefusal when it refuses everything.
 */
export function createInfluxStore({
  target,
  timeoutMs = 10_000,
  attemptTimeoutMs = 5_000,
  concurrency = 2,
}: InfluxStoreOptions): PointStore & DegradedRows & ScoreHistory {
  const client = createInfluxClient(target, 2 * concurrency);
  const retries = { part: 'store', timeoutMs, attemptTimeoutMs };
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;
  const whileOpen = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (closed !== undefined) return Promise.reject(new Error('the store is closed'));
    const mine = work();
    underWay.add(mine);
    const done = () => underWay.delete(mine);
    mine.then(done, done);
    return mine;
  };
  const write = async <Row extends PointRow | AnomalyEvent>(rows: readonly Row[], lineOf: (row: Row) => string) => {
    const { forms: lines, kept, refused } = storableRows(rows, lineOf);
    for (const { at, reason } of await writeLines(client, lines, concurrency, retries)) {
      refused.push({ row: kept[at]!, reason });
    }
    if (refused.length > 0) throw new RowsRefused(refused);
  };
  const readPoints: PointStore['readPoints'] = ({ source, metric, from, to, limit = Infinity }) =>
    whileOpen(async () => {
      const tags = [['source', source] as const, ['metric', metric] as const];
      const selection = { measurement: POINTS, fields: POINT_FIELDS, tags, from, to };
      const points = selected(client, selection, limit * 2 + PAGE_SPARE, retries);
      return byTimestamp(points, limit, (group) => bestOf(source, metric, group));
    });
  return {
    writePoints: (rows) =>
      whileOpen(async () => {
        await write(rows, pointLine);
        // Only once it is durable that they are amended.
        const amended = rows.filter(({ revision, degraded }) => revision > 0 && !degraded);
        if (amended.length > 0) await write(amended, amendedLine);
      }),
    writeAnomalies: (events) => whileOpen(() => write(firstOfEach(events), eventLine)),
    readPoints,
    // Many rows take longer than one request of the others may.
    readScores: (query) => pastScores(client, readPoints, query, { ...retries, attemptTimeoutMs: timeoutMs }),
    readRecent: (queries, withinMs = timeoutMs) =>
      whileOpen(() => {
        // Many rows take longer than one request of the others may.
        const limit = Math.min(timeoutMs, withinMs);
        return readRecent(client, queries, { ...retries, timeoutMs: limit, attemptTimeoutMs: limit });
      }),
    readDegraded: (query) => whileOpen(() => readDegraded(client, query, retries)),
    readAnomalies: ({ source, from, to, limit = Infinity }, withinMs = timeoutMs) =>
      whileOpen(async () => {
        const limits = { ...retries, timeoutMs: Math.min(timeoutMs, withinMs) };
        const selection = { measurement: ANOMALIES, fields: ['event'], tags: [['source', source] as const], from, to };
        const points = selected(client, selection, limit + PAGE_SPARE, limits);
        return byTimestamp(points, limit, (group) =>
          firstOfEach(group.map(([, event]) => JSON.parse(String(event)) as AnomalyEvent)).sort(inOrder),
        );
      }),
    close() {
      closed ??= Promise.allSettled(underWay).then(() => client.close());
      return closed;
    },
  };
}

function firstOfEach(events: readonly AnomalyEvent[]): AnomalyEvent[] {
  const byId = new Map<string, AnomalyEvent>();
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event);
  return [...byId.values()];
}

function inOrder(a: AnomalyEvent, b: AnomalyEvent): number {
  return a.transition - b.transition || (a.id < b.id ? -1 : 1);
}

/** Points come in order of time; those of one millisecond are judged together. */
async function byTimestamp<Row>(
  points: AsyncIterable<Columns>,
  limit: number,
  judge: (group: readonly Columns[]) => readonly Row[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  if (limit <= 0) return rows;
  for await (const group of byMillisecond(points)) {
    rows.push(...judge(group));
    if (rows.length >= limit) break;
  }
  return rows.length > limit ? rows.slice(0, limit) : rows;
}
