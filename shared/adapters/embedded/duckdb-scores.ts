import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { PastScore, ScoresQuery } from '../../detection/ports';
import type { Labels } from './duckdb-labels';
import { FLAG, ONCE } from './duckdb-schema';

/** Rows that are sorted at once: about 100 MB of DuckDB's memory. */
const SORTED_ROWS_MAX = 500_000;

const COUNTS = `SELECT source, count(*) FROM points_raw WHERE timestamp_ms >= ? AND timestamp_ms < ?
  GROUP BY source ORDER BY source`;

/** Scores of some sources at a time. @param connection of its own: a result that streams is lost with the next query on it */
export async function* pastScores(
  connection: DuckDBConnection,
  labels: Labels,
  { from, to, isWanted = () => true }: ScoresQuery,
): AsyncGenerator<readonly PastScore[]> {
  const range = [BigInt(Math.ceil(from)), BigInt(Math.ceil(to))];
  const counts = (await connection.runAndReadAll(COUNTS, range)).getRows();
  const wanted = counts.map(([source, rows]) => ({ source: String(source), rows: Number(rows) }));
  for (const sources of inParts(wanted.filter(({ source }) => isWanted(source)))) {
    const result = await connection.stream(scoresOf(sources.length), [...sources, ...range]);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      yield chunk.getRows().map((columns) => pastScore(columns, labels));
  }
}

function inParts(counts: readonly { readonly source: string; readonly rows: number }[]): string[][] {
  const parts: string[][] = [];
  let rowsInPart = Number.POSITIVE_INFINITY;
  for (const { source, rows } of counts) {
    if (rowsInPart + rows > SORTED_ROWS_MAX) {
      parts.push([]);
      rowsInPart = 0;
    }
    parts.at(-1)!.push(source);
    rowsInPart += rows;
  }
  return parts;
}

function scoresOf(sources: number): string {
  const wanted = Array.from({ length: sources }, () => '?').join(', ');
  const seen = `SELECT * FROM points_raw WHERE source IN (${wanted}) AND timestamp_ms >= ? AND timestamp_ms < ? ${ONCE}`;
  return `SELECT source, metric, timestamp_ms, anomaly_score, alarm_score, flags, model, settings FROM (${seen})
    WHERE (flags & ${FLAG.late}) = 0 ORDER BY source, metric, timestamp_ms`;
}

function pastScore(columns: readonly DuckDBValue[], labels: Labels): PastScore {
  const [source, metric, timestamp, anomalyScore, alarmScore, flags, model, settings] = columns;
  return {
    source: String(source),
    metric: String(metric),
    timestamp: Number(timestamp),
    anomalyScore: Number(anomalyScore),
    alarmScore: Number(alarmScore),
    isAnomaly: (Number(flags) & FLAG.isAnomaly) !== 0,
    model: labels.labelOf(Number(model)),
    settings: Number(settings),
  };
}
