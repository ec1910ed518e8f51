import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import {
  type DegradedQuery,
  type DegradedRows,
  type PointStore,
  type RecentQuery,
  type SeriesQuery,
  TransientFault,
} from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PointRow } from '../../domain/rows';
import { NEWEST_SPARE, newestWhole } from '../newest-whole';
import { type Labels, loadLabels } from './duckdb-labels';
import { ANOMALY_COLUMNS, fillAnomalies, fillPoints, POINT_COLUMNS, pointRow } from './duckdb-rows';
import { EVENT_ONCE, EVENT_REPEATED, FLAG, ONCE, REPEATED, SCHEMA } from './duckdb-schema';
import { createTurns, type InTurn, inGroups } from './in-turn';

/** Rows a chunk holds: DuckDB's vector size. */
const CHUNK_ROWS = 2_048;
/** Rows that compaction looks at together; keeps its memory bounded. */
const COMPACT_ROWS = 2_000_000;

export interface DuckDbOptions {
  /** What DuckDB may use for buffers, in megabytes; more is spilled to disk. */
  readonly memoryMb?: number;
  readonly threads?: number;
}

export interface DuckDbStore extends PointStore, DegradedRows {
  /** Deletes rows and events that readers do not see because they were written twice. Gives their number. */
  compact(): Promise<number>;
  /** How many sources and series have points. */
  totals(): Promise<{ readonly sources: number; readonly series: number }>;
}

/**
 * Points and anomalies in a DuckDB file, which people open with any DuckDB client once this process has ended: views
 * `points` and `anomalies`. Writes are transactions, synced to disk before they resolve, one after the other; reads see
 * what is committed. About 200,000 rows a second in batches of 1,000 to 3,000.
 *
 * @param file path of the file; missing folders are made
 * @throws {Error} if the file is another process's at this moment, or is not a DuckDB file
 */
export async function openDuckDbStore(file: string, options: DuckDbOptions = {}): Promise<DuckDbStore> {
  const path = resolve(file);
  // DuckDB's lock holds between processes only.
  if (OPEN_FILES.has(path)) throw new Error(`${file} is already open in this process`);
  OPEN_FILES.add(path);
  try {
    return await openStore(path, options);
  } catch (error) {
    OPEN_FILES.delete(path);
    throw error;
  }
}

const TOTALS = `
SELECT count(DISTINCT source), count(*) FROM (SELECT DISTINCT source, metric FROM points_raw)`;

const OPEN_FILES = new Set<string>();

async function openStore(path: string, options: DuckDbOptions): Promise<DuckDbStore> {
  const instance = await openFile(path, options);
  const writing = await instance.connect();
  await writing.run(SCHEMA);
  const reading = await instance.connect();
  const labels = await loadLabels(writing);
  const inTurn = createTurns();
  const writePoints = writer<PointRow>(writing, labels, inTurn, 'points_raw', POINT_COLUMNS, (chunk, part) =>
    fillPoints(chunk, part, labels),
  );
  const writeAnomalies = writer<AnomalyEvent>(writing, labels, inTurn, 'anomalies_raw', ANOMALY_COLUMNS, fillAnomalies);
  let closed: Promise<void> | undefined;
  const whileOpen = () => {
    if (closed !== undefined) throw new Error('the store is closed');
  };
  return {
    async writePoints(rows) {
      whileOpen();
      await writePoints(rows);
    },
    async writeAnomalies(events) {
      whileOpen();
      await writeAnomalies(events);
    },
    async readPoints(query) {
      whileOpen();
      const { sql, values } = pointsQuery(query);
      const result = await faultsNamed(() => reading.runAndReadAll(sql, values));
      return result.getRows().map((columns) => pointRow(columns, labels));
    },
    async readRecent(queries) {
      whileOpen();
      if (queries.length === 0) return [];
      const { sql, values } = recentQuery(queries);
      const result = await faultsNamed(() => reading.runAndReadAll(sql, values));
      const rows = result.getRows().map((columns) => pointRow(columns, labels));
      return queries.map(({ source, to, limit }) =>
        newestWhole(
          rows.filter((row) => row.source === source && row.timestamp < to),
          limit,
        ),
      );
    },
    async readAnomalies(query) {
      whileOpen();
      const { sql, values } = anomaliesQuery(query);
      const result = await faultsNamed(() => reading.runAndReadAll(sql, values));
      return result.getRows().map(([event]) => JSON.parse(String(event)) as AnomalyEvent);
    },
    async readDegraded(query) {
      whileOpen();
      const { sql, values } = degradedQuery(query);
      const result = await faultsNamed(() => reading.runAndReadAll(sql, values));
      return result.getRows().map((columns) => pointRow(columns, labels));
    },
    async compact() {
      whileOpen();
      return inTurn(() => faultsNamed(() => compacted(writing)));
    },
    async totals() {
      whileOpen();
      const result = await faultsNamed(() => reading.runAndReadAll(TOTALS));
      const [sources, series] = result.getRows()[0]!;
      return { sources: Number(sources), series: Number(series) };
    },
    close() {
      closed ??= inTurn(async () => {
        reading.closeSync();
        writing.closeSync();
        instance.closeSync();
        OPEN_FILES.delete(path);
      });
      return closed;
    },
  };
}

async function openFile(path: string, { memoryMb = 256, threads = 2 }: DuckDbOptions): Promise<DuckDBInstance> {
  mkdirSync(dirname(path), { recursive: true });
  try {
    return await DuckDBInstance.create(path, {
      memory_limit: `${memoryMb}MB`,
      threads: String(threads),
      // Nothing is ever fetched from the network.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (cause) {
    const message = messageOf(cause);
    if (!/lock/i.test(message)) throw new Error(`${path} cannot be opened as a store: ${message}`, { cause });
    const owner = /PID (\d+)/.exec(message)?.[1];
    const who = owner === undefined ? 'another process' : `process ${owner}`;
    throw new Error(
      `${path} is in use by ${who}, and a DuckDB file has one user at a time: end that process and try again`,
      { cause },
    );
  }
}

/** Writes rows of a table, all that wait in one transaction; the chunk is made once, since its memory is not the collector's. */
function writer<Row>(
  connection: DuckDBConnection,
  labels: Labels,
  inTurn: InTurn,
  table: string,
  columns: typeof POINT_COLUMNS,
  fill: (chunk: DuckDBDataChunk, part: readonly Row[]) => void,
): (rows: readonly Row[]) => Promise<void> {
  let chunk: DuckDBDataChunk | undefined;
  return inGroups(inTurn, async (rows: readonly Row[]) => {
    if (rows.length === 0) return;
    chunk ??= DuckDBDataChunk.create(columns);
    const filled = chunk;
    await inTransaction(connection, labels, async () => {
      const appender = await faultsNamed(() => connection.createAppender(table));
      try {
        await append(appender, filled, rows, fill);
      } finally {
        await faultsNamed(async () => appender.closeSync());
      }
    });
  });
}

async function append<Row>(
  appender: DuckDBAppender,
  chunk: DuckDBDataChunk,
  rows: readonly Row[],
  fill: (chunk: DuckDBDataChunk, part: readonly Row[]) => void,
): Promise<void> {
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS);
    chunk.reset();
    chunk.rowCount = part.length;
    fill(chunk, part);
    await faultsNamed(async () => appender.appendDataChunk(chunk));
  }
}

async function inTransaction(connection: DuckDBConnection, labels: Labels, work: () => Promise<void>): Promise<void> {
  await faultsNamed(() => connection.run('BEGIN'));
  try {
    await work();
    await faultsNamed(async () => {
      await labels.save(connection);
      await connection.run('COMMIT');
    });
    labels.saved();
  } catch (error) {
    labels.undone();
    await connection.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

function pointsQuery({ source, metric, from, to, limit }: SeriesQuery) {
  const filter = conditions([
    ['source = ?', source],
    ['metric = ?', metric],
    ['timestamp_ms >= ?', bigint(from)],
    ['timestamp_ms < ?', bigint(to)],
  ]);
  return limited(`SELECT * FROM points_raw ${filter.where} ${ONCE} ORDER BY timestamp_ms`, filter.values, limit);
}

/** One pass over the table finds where the newest rows of all sources are; only those are then read whole. */
function recentQuery(queries: readonly RecentQuery[]) {
  const newest = Math.max(...queries.map(({ limit }) => limit)) + NEWEST_SPARE;
  const wanted = queries.map(() => '(source = ? AND timestamp_ms < ?)').join(' OR ');
  const places = `SELECT unnest(arg_max(rowid, timestamp_ms, ${newest})) FROM points_raw WHERE ${wanted} GROUP BY source`;
  return {
    sql: `SELECT * FROM points_raw WHERE rowid IN (${places}) ${ONCE} ORDER BY timestamp_ms`,
    values: queries.flatMap(({ source, to }) => [source, BigInt(Math.ceil(to))]),
  };
}

function anomaliesQuery({ source, from, to, limit }: Parameters<PointStore['readAnomalies']>[0]) {
  const filter = conditions([
    ['source = ?', source],
    ['timestamp_ms >= ?', bigint(from)],
    ['timestamp_ms < ?', bigint(to)],
  ]);
  const once = `SELECT * FROM anomalies_raw ${filter.where} ${EVENT_ONCE}`;
  return limited(`SELECT event FROM (${once}) ORDER BY timestamp_ms, transition, id`, filter.values, limit);
}

/** A degraded row may be hidden by an amended one or by an earlier one: all rows of its identity decide. */
function degradedQuery({ schema, from, limit }: DegradedQuery) {
  const bound = bigint(from);
  const since = bound === undefined ? '' : 'AND timestamp_ms >= ?';
  const waiting = `(flags & ${FLAG.degraded}) <> 0 AND features IS NOT NULL AND schema = ?`;
  const identities = `SELECT source, metric, timestamp_ms FROM points_raw WHERE ${waiting} ${since}`;
  const seen = `SELECT * FROM points_raw WHERE (source, metric, timestamp_ms) IN (${identities}) ${since} ${ONCE}`;
  const sql = `SELECT * FROM (${seen}) WHERE ${waiting} ORDER BY timestamp_ms, source, metric`;
  const bounds = bound === undefined ? [] : [bound];
  return limited(sql, [BigInt(schema), ...bounds, ...bounds, BigInt(schema)], limit);
}

type Bound = string | bigint;

function conditions(all: readonly (readonly [string, Bound | undefined])[]) {
  const given = all.filter((entry): entry is readonly [string, Bound] => entry[1] !== undefined);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
  return { where, values: given.map(([, value]) => value) };
}

function limited(sql: string, values: readonly Bound[], limit: number | undefined) {
  return limit === undefined
    ? { sql, values: [...values] }
    : { sql: `${sql} LIMIT ?`, values: [...values, BigInt(limit)] };
}

/** Bounds need not be whole: the next whole millisecond keeps "from" inclusive and "to" exclusive. */
function bigint(ms: number | undefined): bigint | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : BigInt(Math.ceil(ms));
}

/** By groups of sources, so that the memory needed does not grow with the table. */
async function compacted(connection: DuckDBConnection): Promise<number> {
  const count = (await connection.runAndReadAll('SELECT count(*) FROM points_raw')).getRows()[0]?.[0];
  const groups = Math.max(1, Math.ceil(Number(count) / COMPACT_ROWS));
  let deleted = 0;
  for (let group = 0; group < groups; group++) {
    const repeated = `SELECT rowid FROM points_raw WHERE hash(source) % ${groups} = ${group} ${REPEATED}`;
    deleted += (await connection.run(`DELETE FROM points_raw WHERE rowid IN (${repeated})`)).rowsChanged;
  }
  const repeated = `SELECT rowid FROM anomalies_raw ${EVENT_REPEATED}`;
  deleted += (await connection.run(`DELETE FROM anomalies_raw WHERE rowid IN (${repeated})`)).rowsChanged;
  if (deleted > 0) await connection.run('CHECKPOINT');
  return deleted;
}

async function faultsNamed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new TransientFault('store', messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
