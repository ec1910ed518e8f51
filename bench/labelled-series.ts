import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A series of the UCR anomaly archive: normal until training ends, then one anomaly. */
export interface ArchiveSeries {
  readonly kind: 'archive';
  readonly name: string;
  readonly values: readonly number[];
  readonly trainRows: number;
  /** First and last row of the anomaly. */
  readonly first: number;
  readonly last: number;
}

/** A series with a label for each row. */
export interface RowLabelledSeries {
  readonly kind: 'rows';
  readonly name: string;
  readonly values: readonly number[];
  readonly labels: Uint8Array;
}

/**
 * All series of a folder: `NNN_UCR_Anomaly_NAME_TRAIN_START_END.txt` with one value a line, and `NAME.out` with "value,label"
 * a line.
 */
export function readLabelledSeries(folder: string): (ArchiveSeries | RowLabelledSeries)[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const { name, ext } = path.parse(file);
      if (ext === '.txt') return archiveSeries(name, readFileSync(path.join(folder, file), 'utf8'));
      return ext === '.out' ? rowLabelled(name, readFileSync(path.join(folder, file), 'utf8')) : [];
    });
}

function archiveSeries(name: string, text: string): ArchiveSeries {
  const [trainRows, first, last] = name.split('_').slice(-3).map(Number) as [number, number, number];
  return { kind: 'archive', name, values: text.trim().split(/\s+/).map(Number), trainRows, first, last };
}

function rowLabelled(name: string, text: string): RowLabelledSeries {
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map((row) => row.split(',').map(Number));
  return { kind: 'rows', name, values: rows.map((row) => row[0]!), labels: Uint8Array.from(rows, (row) => row[1]!) };
}
