import {
  BIGINT,
  DOUBLE,
  type DuckDBBigIntVector,
  type DuckDBDataChunk,
  type DuckDBDoubleVector,
  type DuckDBIntegerVector,
  type DuckDBType,
  type DuckDBUTinyIntVector,
  type DuckDBValue,
  type DuckDBVarCharVector,
  INTEGER,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { AlarmBar, PointRow } from '../../domain/rows';
import type { Labels } from './duckdb-labels';
import { FLAG } from './duckdb-schema';

// Both lists follow the order of the tables' columns.

export const POINT_COLUMNS: readonly DuckDBType[] = [
  VARCHAR,
  VARCHAR,
  BIGINT,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  UTINYINT,
  VARCHAR,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  VARCHAR,
  INTEGER,
  VARCHAR,
];

export const ANOMALY_COLUMNS: readonly DuckDBType[] = [
  VARCHAR,
  BIGINT,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  VARCHAR,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  DOUBLE,
  VARCHAR,
  VARCHAR,
  INTEGER,
  VARCHAR,
];

/** Column by column and typed: four times as fast as values whose type has to be looked at. */
export function fillPoints(chunk: DuckDBDataChunk, rows: readonly PointRow[], labels: Labels): void {
  const { texts, bigints, doubles, integers, tinyints, flush } = writers(chunk);
  texts(0, rows, (row) => row.source);
  texts(1, rows, (row) => row.metric);
  bigints(2, rows, (row) => BigInt(row.timestamp));
  doubles(3, rows, (row) => row.value);
  doubles(4, rows, (row) => row.anomalyScore);
  doubles(5, rows, (row) => row.alarmScore);
  doubles(6, rows, (row) => row.expected);
  doubles(7, rows, (row) => row.lower);
  doubles(8, rows, (row) => row.upper);
  tinyints(9, rows, flagsOf);
  texts(10, rows, (row) => (row.features === undefined ? undefined : JSON.stringify(row.features)));
  integers(11, rows, (row) => row.revision);
  integers(12, rows, (row) => labels.idOf(row.versions.model));
  integers(13, rows, (row) => row.versions.settings);
  integers(14, rows, (row) => row.versions.schema);
  integers(15, rows, (row) => labels.idOf(row.stream));
  integers(16, rows, (row) => labels.idOf(row.shard));
  texts(17, rows, (row) => row.sequence);
  integers(18, rows, (row) => row.index);
  texts(19, rows, (row) => (row.bar === undefined ? undefined : JSON.stringify(row.bar)));
  flush();
}

export function fillAnomalies(chunk: DuckDBDataChunk, events: readonly AnomalyEvent[]): void {
  const { texts, bigints, doubles, integers, flush } = writers(chunk);
  texts(0, events, (event) => event.id);
  bigints(1, events, (event) => BigInt(event.timestamp));
  texts(2, events, (event) => event.source);
  texts(3, events, (event) => event.metric);
  texts(4, events, (event) => event.kind);
  texts(5, events, (event) => event.phase);
  texts(6, events, (event) => event.severity);
  doubles(7, events, (event) => event.value);
  doubles(8, events, (event) => event.expected);
  doubles(9, events, (event) => event.lower);
  doubles(10, events, (event) => event.upper);
  doubles(11, events, (event) => event.anomalyScore);
  doubles(12, events, (event) => event.alarmScore);
  doubles(13, events, (event) => event.threshold);
  texts(14, events, (event) => event.contributions.map(({ words }) => words).join('; '));
  texts(15, events, (event) => event.episodeId);
  integers(16, events, (event) => event.transition);
  texts(17, events, (event) => JSON.stringify(event));
  flush();
}

/** A row of `points_raw`, all columns in their order. */
export function pointRow(columns: readonly DuckDBValue[], labels: Labels): PointRow {
  const [source, metric, timestamp, value, anomalyScore, alarmScore, expected, lower, upper, bits, features] = columns;
  const [revision, model, settings, schema, stream, shard, sequence, index, bar] = columns.slice(11);
  const has = (flag: number) => (Number(bits) & flag) !== 0;
  return {
    source: String(source),
    metric: String(metric),
    timestamp: Number(timestamp),
    value: Number(value),
    anomalyScore: Number(anomalyScore),
    alarmScore: Number(alarmScore),
    isAnomaly: has(FLAG.isAnomaly),
    ...(expected === null ? {} : { expected: Number(expected) }),
    ...(lower === null ? {} : { lower: Number(lower) }),
    ...(upper === null ? {} : { upper: Number(upper) }),
    late: has(FLAG.late),
    learning: has(FLAG.learning),
    degraded: has(FLAG.degraded),
    warming: has(FLAG.warming),
    ...(has(FLAG.unscored) ? { unscored: true } : {}),
    ...(features === null ? {} : { features: JSON.parse(String(features)) as number[] }),
    ...(bar === null ? {} : { bar: JSON.parse(String(bar)) as AlarmBar }),
    revision: Number(revision),
    versions: { model: labels.labelOf(Number(model)), settings: Number(settings), schema: Number(schema) },
    stream: labels.labelOf(Number(stream)),
    shard: labels.labelOf(Number(shard)),
    sequence: String(sequence),
    index: Number(index),
  };
}

/** A row of the past, from which a point can be made again. */
export interface PastRow {
  readonly source: string;
  readonly metric: string;
  readonly timestamp: number;
  readonly value: number;
  /** Scored without the endpoint, or from a memory that was being filled again. */
  readonly isMarked: boolean;
  /** The same for all rows of one point. */
  readonly place: string;
}

/** Rows of `PAST`, in its order of columns. */
export function pastRows(chunk: DuckDBDataChunk): PastRow[] {
  const [sources, metrics, timestamps, values, flags, streams, shards, sequences, indices] = chunk.getColumns();
  return Array.from({ length: chunk.rowCount }, (_, i) => ({
    source: String(sources![i]),
    metric: String(metrics![i]),
    timestamp: Number(timestamps![i]),
    value: Number(values![i]),
    isMarked: (Number(flags![i]) & (FLAG.degraded | FLAG.warming)) !== 0,
    place: `${streams![i]}/${shards![i]}/${sequences![i]}/${indices![i]}`,
  }));
}

function flagsOf(row: PointRow): number {
  return (
    (row.isAnomaly ? FLAG.isAnomaly : 0) |
    (row.late ? FLAG.late : 0) |
    (row.learning ? FLAG.learning : 0) |
    (row.degraded ? FLAG.degraded : 0) |
    (row.warming ? FLAG.warming : 0) |
    (row.unscored ? FLAG.unscored : 0)
  );
}

interface Settable<Value> {
  setItem(index: number, value: Value | null): void;
  flush(): void;
}

/** One function a column type: writes what `of` takes from each row; absent becomes NULL. */
function writers(chunk: DuckDBDataChunk) {
  const filled: { flush(): void }[] = [];
  const writer =
    <Value, Vector extends Settable<Value>>() =>
    <Row>(column: number, rows: readonly Row[], of: (row: Row) => Value | undefined) => {
      const vector = chunk.getColumnVector(column) as unknown as Vector;
      filled.push(vector);
      for (let i = 0; i < rows.length; i++) vector.setItem(i, of(rows[i]!) ?? null);
    };
  return {
    texts: writer<string, DuckDBVarCharVector>(),
    bigints: writer<bigint, DuckDBBigIntVector>(),
    doubles: writer<number, DuckDBDoubleVector>(),
    integers: writer<number, DuckDBIntegerVector>(),
    tinyints: writer<number, DuckDBUTinyIntVector>(),
    flush: () => {
      for (const vector of filled) vector.flush();
    },
  };
}
