import { NameSchema } from '../../domain/data-point';
import { LIMITS } from '../../domain/limits';
import type { CsvRecord } from './csv-records';
import { cellNumber, isMissing } from './numbers';
import { excerpt, InputError, type ReadOptions } from './read-item';
import { isCalendarTime, type ParseTimestamp } from './timestamps';

/** What the columns of a CSV file mean. */
export interface CsvLayout {
  /** Names of all columns, as they are in the file. */
  readonly header: readonly string[];
  /** Is the header in the file? If not, its names are ours. */
  readonly hasHeader: boolean;
  readonly decimalComma: boolean;
  /** Index of a column, as all below. */
  readonly time: number;
  readonly source: number | undefined;
  readonly metrics: readonly { readonly column: number; readonly name: string }[];
  /** What people should know about columns that are not read. */
  readonly notes: readonly string[];
}

const TIME_NAMES = ['timestamp', 'time', 'datetime', 'date', 'ts', '@timestamp', '_time', 'date_time', 'epoch'];

/**
 * Decides what each column is, from the header and the records after it. A column is a metric when most of its cells that
 * hold anything are numbers; a text column is left out with a note.
 *
 * @throws {InputError} if there is no time column, no metric, or a column that the options name does not exist
 */
export function csvLayout(
  sample: readonly CsvRecord[],
  delimiter: string,
  options: ReadOptions,
  parseTime: ParseTimestamp,
): CsvLayout {
  const first = sample[0]!;
  const hasHeader = !isHeaderless(first.cells, parseTime);
  const header = hasHeader ? first.cells.map((cell) => cell.trim()) : inventedHeader(first.cells.length);
  const rows = (hasHeader ? sample.slice(1) : sample).filter((record) => record.problem === undefined);
  if (header.length < 2)
    throw new InputError(
      'not-csv',
      `one column only, ${excerpt(header[0] ?? '')}; a time and a value are needed`,
      first.line,
    );
  const decimalComma = delimiter !== ',' && usesDecimalComma(rows);
  const time = timeColumn(header, rows, options.timeColumn, parseTime, first.line);
  const source = sourceColumn(header, options.sourceColumn, first.line);
  const notes: string[] = hasHeader ? [] : [`no header; columns are taken as ${header.join(', ')}`];
  const ignored = new Set(options.ignoreColumns?.(header) ?? []);
  const metrics: { column: number; name: string }[] = [];
  header.forEach((name, column) => {
    if (column === time || column === source || ignored.has(name)) return;
    const problem =
      metrics.length >= LIMITS.pointMetricsMax
        ? `only the first ${LIMITS.pointMetricsMax} metrics are read`
        : whyNoMetric(name, column, rows, decimalComma, metrics);
    if (problem === undefined) metrics.push({ column, name });
    else notes.push(`column ${name === '' ? column + 1 : excerpt(name)} is left out: ${problem}`);
  });
  if (metrics.length === 0)
    throw new InputError('invalid-field', `no column of numbers beside the time ${excerpt(header[time]!)}`, first.line);
  return { header, hasHeader, decimalComma, time, source, metrics, notes };
}

/** A first line that begins with a timestamp and has numbers after it is no header. */
function isHeaderless(cells: readonly string[], parseTime: ParseTimestamp): boolean {
  return (
    cells.length > 1 &&
    !Number.isNaN(parseTime(cells[0]!)) &&
    cells.slice(1).every((cell) => isMissing(cell) || !Number.isNaN(cellNumber(cell, true)))
  );
}

function inventedHeader(columns: number): string[] {
  if (columns === 2) return ['timestamp', 'value'];
  return ['timestamp', ...Array.from({ length: columns - 1 }, (_, index) => `value_${index + 1}`)];
}

function timeColumn(
  header: readonly string[],
  rows: readonly CsvRecord[],
  wanted: string | undefined,
  parseTime: ParseTimestamp,
  line: number,
): number {
  if (wanted !== undefined) return namedColumn(header, wanted, line);
  const share = (column: number, test: (cell: string) => boolean) =>
    rows.filter(({ cells }) => test(cells[column] ?? '')).length > rows.length / 2;
  const lower = header.map((name) => name.toLowerCase());
  const named = TIME_NAMES.map((name) => lower.indexOf(name)).filter((column) => column >= 0);
  const holding = named.find((column) => share(column, (cell) => !Number.isNaN(parseTime(cell))));
  const found = holding ?? named[0] ?? header.findIndex((_, column) => share(column, isCalendarTime));
  if (found >= 0) return found;
  throw new InputError(
    'invalid-field',
    `no time column among ${excerpt(header.join(', '))}; name it with --time-column, or call it timestamp`,
    line,
  );
}

function sourceColumn(header: readonly string[], wanted: string | undefined, line: number): number | undefined {
  if (wanted !== undefined) return namedColumn(header, wanted, line);
  const found = header.findIndex((name) => name.toLowerCase() === 'source');
  return found < 0 ? undefined : found;
}

function namedColumn(header: readonly string[], wanted: string, line: number): number {
  const found = header.indexOf(wanted);
  if (found >= 0) return found;
  throw new InputError('invalid-field', `no column ${excerpt(wanted)} among ${excerpt(header.join(', '))}`, line);
}

function whyNoMetric(
  name: string,
  column: number,
  rows: readonly CsvRecord[],
  decimalComma: boolean,
  metrics: readonly { readonly name: string }[],
): string | undefined {
  if (name === '') return 'it has no name';
  const checked = NameSchema.safeParse(name);
  if (!checked.success) return `its name ${checked.error.issues[0]!.message}`;
  if (metrics.some((metric) => metric.name === name)) return 'another one has the same name';
  const held = rows.map(({ cells }) => cells[column] ?? '').filter((cell) => !isMissing(cell));
  const numbers = held.filter((cell) => !Number.isNaN(cellNumber(cell, decimalComma)));
  if (held.length === 0 || numbers.length > held.length / 2) return undefined;
  return `it holds text; if it names the source of a row, say --source-column ${excerpt(name)}`;
}

/** In files that separate columns otherwise, 1,5 is a number; unless there is also a point in one. */
function usesDecimalComma(rows: readonly CsvRecord[]): boolean {
  const cells = rows.flatMap((record) => record.cells);
  return (
    cells.some((cell) => /^\s*[+-]?\d+,\d+\s*$/.test(cell)) && !cells.some((cell) => /^\s*[+-]?\d+\.\d+\s*$/.test(cell))
  );
}
