import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes columns of equal length as a file with a header, below a folder that is made if need be. */
export function writeResults(
  folder: string,
  name: string,
  columns: Readonly<Record<string, ArrayLike<string | number>>>,
): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const cells = Object.values(columns);
  const lines = Array.from({ length: cells[0]!.length }, (_, row) => cells.map((column) => column[row]).join(','));
  writeFileSync(file, `${[Object.keys(columns).join(','), ...lines].join('\n')}\n`);
}
