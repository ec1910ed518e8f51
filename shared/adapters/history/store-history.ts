import { dataPointOf, type StoredPoint } from '../../detection/stored-points';
import type { PastPoint, PointHistory } from '../../training/ports';
import type { PastRow } from '../embedded/duckdb-rows';
import type { DuckDbStore } from '../embedded/duckdb-session';

/**
 * The points that a local store has rows of, as they were absorbed. Rows have neither tags nor what was dropped because its
 * timestamp was there before, of which the engine learns nothing. Metrics of which live scores were poorer are marked.
 */
export function openStoreHistory(store: Pick<DuckDbStore, 'readPast'>): PointHistory {
  return {
    bySource: true,
    async *read() {
      let rows: PastRow[] = [];
      for await (const some of store.readPast())
        for (const row of some) {
          const [first] = rows;
          if (first !== undefined && !isOfOnePoint(first, row)) {
            yield pastPoint(rows);
            rows = [];
          }
          rows.push(row);
        }
      if (rows.length > 0) yield pastPoint(rows);
    },
  };
}

function isOfOnePoint(a: PastRow, b: PastRow): boolean {
  return a.place === b.place && a.source === b.source && a.timestamp === b.timestamp;
}

/** @param rows of one point, at least one */
function pastPoint(rows: readonly PastRow[]): PastPoint {
  const [position] = rows as [PastRow];
  const stored: StoredPoint<PastRow> = { position, rows: new Map(rows.map((row) => [row.metric, row])) };
  const point = dataPointOf(position.source, stored);
  const marked = rows.filter(({ isMarked }) => isMarked).map(({ metric }) => metric);
  return marked.length === 0 ? point : { ...point, marked };
}
