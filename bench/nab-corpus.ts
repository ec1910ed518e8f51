import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describeSeries, type LabelledSeries } from './nab-score';

/**
 * The Numenta Anomaly Benchmark as its repository lays it out: a folder with `data/<category>/<file>.csv` and
 * `labels/combined_windows.json`.
 *
 * @throws {Error} if the folder holds neither
 */
export function loadNab(folder: string): readonly LabelledSeries[] {
  const data = path.join(folder, 'data');
  const labels = path.join(folder, 'labels', 'combined_windows.json');
  for (const needed of [data, labels]) if (!existsSync(needed)) throw new Error(`${needed} is missing`);
  const windows = JSON.parse(readFileSync(labels, 'utf8')) as Record<string, [string, string][]>;
  return Object.keys(windows)
    .filter((name) => existsSync(path.join(data, name)))
    .sort()
    .map((name) => describeSeries(name, ...columnsOf(path.join(data, name)), windows[name]!));
}

function columnsOf(file: string): [string[], Float64Array] {
  const rows = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.split(','));
  return [rows.map((row) => row[0]!), Float64Array.from(rows, (row) => Number(row[1]))];
}

/** Wall-clock text of a NAB row to epoch milliseconds, as if the wall hung in UTC. */
export function nabTime(text: string): number {
  return Date.parse(`${text.replace(' ', 'T').replace(/\.\d+$/, '')}Z`);
}
