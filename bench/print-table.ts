import { table } from '../apps/local/screen/table';

/** Prints a table: the first column to the left, all others to the right. */
export function printTable(titles: readonly string[], rows: readonly (readonly string[])[]): void {
  const columns = titles.map((title, at) => ({ title, side: at === 0 ? ('left' as const) : ('right' as const) }));
  console.log(table(columns, rows).join('\n'));
}
