import { cut, pad, widthOf } from './plain-text';

export interface Column {
  readonly title: string;
  readonly side?: 'left' | 'right';
}

/**
 * A plain table: titles, a rule, rows; columns as wide as their widest cell. Cells must be plain text. Trailing spaces are cut.
 *
 * @param columnsMax width of the whole; the widest column gives way
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], columnsMax = 200): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const gaps = 2 * (columns.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, gaps) - columnsMax;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 8) break;
    widths[widest]! -= 1;
    excess--;
  }
  const line = (cells: readonly string[]) =>
    columns
      .map(({ side }, index) => pad(cells[index] ?? '', widths[index]!, side))
      .join('  ')
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(titles), rule, ...rows.map(line)].map((text) =>
    cut(text, Math.max(columnsMax, 8 * columns.length + gaps)),
  );
}
