import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceColumns } from '../score-source';

/** One source with labels. */
export interface LabelledRows {
  readonly name: string;
  readonly metrics: readonly string[];
  /** Epoch milliseconds, or the row number where there is no time. */
  readonly timestamps: readonly number[];
  /** Row after row, NaN where nothing was measured. */
  readonly rows: readonly Float64Array[];
  /** 1 where something is wrong. */
  readonly labels: Uint8Array;
}

/** CSV files of a folder with a header: timestamp, metrics…, is_anomaly. */
export function readLabelledRows(folder: string): LabelledRows[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort()
    .map((file) => parse(file.replace(/\.csv$/, ''), readFileSync(join(folder, file), 'utf8')));
}

/** The same by metric, as a source is scored. */
export function columnsOf({ metrics, timestamps, rows }: LabelledRows): SourceColumns {
  return { metrics, timestamps, columns: metrics.map((_, j) => Float64Array.from(rows, (row) => row[j]!)) };
}

function parse(name: string, text: string): LabelledRows {
  const [header = [], ...cells] = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(','));
  return {
    name,
    metrics: header.slice(1, -1),
    timestamps: cells.map((row, i) => {
      const ms = Date.parse(`${row[0]!.replace(' ', 'T')}Z`);
      return Number.isNaN(ms) ? i : ms;
    }),
    rows: cells.map((row) =>
      Float64Array.from(row.slice(1, -1), (cell) => (cell.trim() === '' ? Number.NaN : Number(cell))),
    ),
    labels: Uint8Array.from(cells, (row) => (Number(row.at(-1)) > 0 ? 1 : 0)),
  };
}
