import type { DegradedQuery, PointStore, RecentQuery, SeriesQuery } from '../../detection/ports';
import { NEWEST_SPARE } from '../newest-whole';
import { EVENT_ONCE, FLAG, ONCE, PLACE } from './duckdb-schema';

export interface Query {
  readonly sql: string;
  readonly values: readonly Bound[];
}

export const TOTALS: Query = {
  sql: 'SELECT count(DISTINCT source), count(*) FROM (SELECT DISTINCT source, metric FROM points_raw)',
  values: [],
};

export function pointsQuery({ source, metric, from, to, limit }: SeriesQuery): Query {
  const filter = conditions([
    ['source = ?', source],
    ['metric = ?', metric],
    ['timestamp_ms >= ?', bigint(from)],
    ['timestamp_ms < ?', bigint(to)],
  ]);
  return limited(`SELECT * FROM points_raw ${filter.where} ${ONCE} ORDER BY timestamp_ms`, filter.values, limit);
}

/** One pass over the table finds where the newest rows of all sources are; only those are then read whole. */
export function recentQuery(queries: readonly RecentQuery[]): Query {
  const newest = Math.max(...queries.map(({ limit }) => limit)) + NEWEST_SPARE;
  const wanted = queries.map(() => '?').join(', ');
  const places = `SELECT unnest(arg_max(rowid, timestamp_ms, ${newest})) FROM points_raw WHERE source IN (${wanted}) GROUP BY source`;
  return {
    sql: `SELECT * FROM points_raw WHERE rowid IN (${places}) ${ONCE} ORDER BY timestamp_ms`,
    values: queries.map(({ source }) => source),
  };
}

export function anomaliesQuery({ source, from, to, limit }: Parameters<PointStore['readAnomalies']>[0]): Query {
  const filter = conditions([
    ['source = ?', source],
    ['timestamp_ms >= ?', bigint(from)],
    ['timestamp_ms < ?', bigint(to)],
  ]);
  const once = `SELECT * FROM anomalies_raw ${filter.where} ${EVENT_ONCE}`;
  return limited(`SELECT event FROM (${once}) ORDER BY timestamp_ms, transition, id`, filter.values, limit);
}

/** A degraded row may be hidden by an amended one or by an earlier one: all rows of its identity decide. */
export function degradedQuery({ schema, from, limit }: DegradedQuery): Query {
  const bound = bigint(from);
  const since = bound === undefined ? '' : 'AND timestamp_ms >= ?';
  const waiting = `(flags & ${FLAG.degraded}) <> 0 AND features IS NOT NULL AND schema = ?`;
  const identities = `SELECT source, metric, timestamp_ms FROM points_raw WHERE ${waiting} ${since}`;
  const seen = `SELECT * FROM points_raw WHERE (source, metric, timestamp_ms) IN (${identities}) ${since} ${ONCE}`;
  const sql = `SELECT * FROM (${seen}) WHERE ${waiting} ORDER BY timestamp_ms, source, metric`;
  const bounds = bound === undefined ? [] : [bound];
  return limited(sql, [BigInt(schema), ...bounds, ...bounds, BigInt(schema)], limit);
}

/**
 * All rows that readers see, source by source, in the order in which they were absorbed: of a shard by place, rows of a point
 * as they were written, and shards, between which there is no order, by the latest time that each had reached, as `inOrder` does.
 */
export const PAST: Query = {
  sql: `
SELECT source, metric, timestamp_ms, value, flags, stream, shard, sequence, "index"
FROM (
  SELECT *, coalesce(
    max(punctual) OVER (own RANGE UNBOUNDED PRECEDING),
    first_value(punctual IGNORE NULLS) OVER (own RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS reached
  FROM (SELECT *, if((flags & ${FLAG.late}) = 0, timestamp_ms, NULL) AS punctual
  FROM (SELECT *, min(rowid) OVER (PARTITION BY source, metric, timestamp_ms) AS written FROM points_raw ${ONCE}))
  WINDOW own AS (PARTITION BY source, stream, shard ORDER BY ${PLACE}))
ORDER BY source, reached NULLS LAST, stream, shard, ${PLACE}, written`,
  values: [],
};

type Bound = string | bigint;

function conditions(all: readonly (readonly [string, Bound | undefined])[]) {
  const given = all.filter((entry): entry is readonly [string, Bound] => entry[1] !== undefined);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
  return { where, values: given.map(([, value]) => value) };
}

function limited(sql: string, values: readonly Bound[], limit: number | undefined): Query {
  return limit === undefined ? { sql, values } : { sql: `${sql} LIMIT ?`, values: [...values, BigInt(limit)] };
}

/** Bounds need not be whole: the next whole millisecond keeps "from" inclusive and "to" exclusive. */
function bigint(ms: number | undefined): bigint | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : BigInt(Math.ceil(ms));
}
