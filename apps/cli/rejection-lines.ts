import { excerpt, type RejectedItem } from '../../shared/adapters/files/read-item';

/** Rejected rows that a person is shown; all are counted. */
export const REJECTIONS_SHOWN = 5;

const COUNT = new Intl.NumberFormat('en');

/** What a person is told of rows that could not be read; nothing when there are none. */
export function rejectionLines(rejected: number, first: readonly RejectedItem[]): string[] {
  if (rejected === 0) return [];
  const shown = first.map(
    ({ line, field, message }) => `  line ${line}${field === undefined ? '' : `, ${excerpt(field)}`}: ${message}`,
  );
  const more = rejected - first.length;
  return [
    `${counted(rejected, 'row')} could not be read:`,
    ...shown,
    ...(more > 0 ? [`  and ${COUNT.format(more)} more`] : []),
  ];
}

/** 1 row, 1,234 rows. */
export function counted(count: number, what: string): string {
  return `${COUNT.format(count)} ${what}${count === 1 ? '' : 's'}`;
}
