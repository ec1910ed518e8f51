import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { type DegradedRows, type PointStore, type ScoreHistory, TransientFault } from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PointRow } from '../../domain/rows';
import { newestWhole } from '../newest-whole';
import { type Labels, loadLabels } from './duckdb-labels';
import { anomaliesQuery, degradedQuery, PAST, pointsQuery, type Query, recentQuery, TOTALS } from './duckdb-queries';
import {
  ANOMALY_COLUMNS,
  fillAnomalies,
  fillPoints,
  type PastRow,
  POINT_COLUMNS,
  pastRows,
  pointRow,
} from './duckdb-rows';
import { SCHEMA } from './duckdb-schema';
import { pastScores } from './duckdb-scores';
import { createTurns, type InTurn, inGroups } from './in-turn';

/** Rows a chunk holds: DuckDB's vector size. */
const CHUNK_ROWS = 2_048;

export interface DuckDbOptions {
  /** What DuckDB may use for buffers, in megabytes; more is spilled to disk. */
  readonly memoryMb?: number;
  readonly threads?: number;
}

export interface DuckDbStore extends PointStore, DegradedRows, ScoreHistory {
  /** How many sources and series have points. */
  totals(): Promise<{ readonly sources: number; readonly series: number }>;
  /**
   * All rows that readers see, source by source in the order in which they were absorbed, some thousands at a time. DuckDB sorts
   * them, in its memory and beside its file.
   */
  readPast(): AsyncGenerator<readonly PastRow[]>;
}

/**
 * The file, open: from here to its first fatal error, after which DuckDB answers nothing any more.
 * @throws {Error} if the file is another process's at this moment, or is not a DuckDB file
 */
export async function openSession(path: string, options: DuckDbOptions): Promise<DuckDbStore> {
  const instance = await openFile(path, options);
  try {
    // Of a process that was killed while it sorted; the file is this one's now, and nothing is sorted yet.
    rmSync(`${path}.tmp`, { recursive: true, force: true });
    return await sessionOf(instance);
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

async function sessionOf(instance: DuckDBInstance): Promise<DuckDbStore> {
  const writing = await instance.connect();
  await writing.run(SCHEMA);
  const reading = await instance.connect();
  const labels = await loadLabels(writing);
  const inTurn = createTurns();
  const writeAnomalies = writer<AnomalyEvent>(writing, labels, inTurn, 'anomalies_raw', ANOMALY_COLUMNS, fillAnomalies);
  const reads = new Set<Promise<unknown>>();
  const awaited = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = faultsNamed(work);
    reads.add(result);
    try {
      return await result;
    } finally {
      reads.delete(result);
    }
  };
  const read = async ({ sql, values }: Query) =>
    (await awaited(() => reading.runAndReadAll(sql, [...values]))).getRows();
  const readRows = async (query: Query) => (await read(query)).map((columns) => pointRow(columns, labels));
  return {
    writePoints: writer<PointRow>(writing, labels, inTurn, 'points_raw', POINT_COLUMNS, (chunk, part) =>
      fillPoints(chunk, part, labels),
    ),
    writeAnomalies,
    readPoints: (query) => readRows(pointsQuery(query)),
    async readRecent(queries) {
      if (queries.length === 0) return [];
      const rows = await readRows(recentQuery(queries));
      return queries.map(({ source, limit }) =>
        newestWhole(
          rows.filter((row) => row.source === source),
          limit,
        ),
      );
    },
    async readAnomalies(query) {
      return (await read(anomaliesQuery(query))).map(([event]) => JSON.parse(String(event)) as AnomalyEvent);
    },
    readDegraded: (query) => readRows(degradedQuery(query)),
    async *readScores(query) {
      const connection = await instance.connect();
      try {
        yield* pastScores(connection, labels, query);
      } finally {
        connection.closeSync();
      }
    },
    async *readPast() {
      // A result that streams ends with the next query of its connection.
      const streaming = await awaited(() => instance.connect());
      try {
        const result = await awaited(() => streaming.stream(PAST.sql));
        for (;;) {
          const chunk = await awaited(() => result.fetchChunk());
          if (chunk === null || chunk.rowCount === 0) return;
          yield pastRows(chunk);
        }
      } finally {
        streaming.closeSync();
      }
    },
    async totals() {
      const [[sources, series] = []] = await read(TOTALS);
      return { sources: Number(sources), series: Number(series) };
    },
    close: () =>
      inTurn(async () => {
        await Promise.allSettled(reads);
        reading.closeSync();
        writing.closeSync();
        instance.closeSync();
      }),
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

export async function faultsNamed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new TransientFault('store', messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
