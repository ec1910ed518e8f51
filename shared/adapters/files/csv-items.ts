import { NameSchema } from '../../domain/data-point';
import type { CsvLayout } from './csv-layout';
import type { CsvRecord } from './csv-records';
import { cellNumber, isMissing } from './numbers';
import { excerpt, type ReadItem, type RejectedItem } from './read-item';
import type { ParseTimestamp } from './timestamps';

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

/** Records of a known layout to data points, one item a record. */
export function csvItemReader(
  layout: CsvLayout,
  defaultSource: string,
  parseTime: ParseTimestamp,
): (record: CsvRecord) => ReadItem {
  const { header, time, source, metrics, decimalComma } = layout;
  const checkName = rememberedNameCheck();

  return (record) => {
    const { line, cells } = record;
    if (record.problem) return { kind: 'rejected', line, ...record.problem };
    const row = cells.length === header.length ? cells : fitted(cells, header.length);
    if (row === undefined)
      return rejected(record, undefined, `${cells.length} cells in a row, the header has ${header.length}`);
    const timestamp = parseTime(row[time]!);
    if (Number.isNaN(timestamp))
      return rejected(record, header[time], `${excerpt(row[time]!)} is not a timestamp`, row);
    const name = source === undefined ? defaultSource : row[source]!.trim();
    const problem = source === undefined ? undefined : checkName(name);
    if (problem !== undefined) return rejected(record, header[source!], problem, row);
    const values: Record<string, number> = Object.create(null);
    let count = 0;
    for (const metric of metrics) {
      const cell = row[metric.column]!;
      const value = cellNumber(cell, decimalComma);
      if (!Number.isNaN(value)) {
        values[metric.name] = value;
        count += 1;
      } else if (!isMissing(cell)) return rejected(record, metric.name, `${excerpt(cell)} is not a finite number`, row);
    }
    if (count === 0) return { kind: 'rejected', line, reason: 'empty', message: 'nothing was measured', cells: row };
    return { kind: 'point', line, point: { source: name, timestamp, metrics: values, tags: NO_TAGS }, cells: row };
  };
}

/** A row with cells missing at its end is one in which they are empty; more cells than columns may only be empty ones. */
function fitted(cells: readonly string[], columns: number): readonly string[] | undefined {
  if (cells.length < columns) return [...cells, ...Array<string>(columns - cells.length).fill('')];
  return cells.slice(columns).every((cell) => cell.trim() === '') ? cells.slice(0, columns) : undefined;
}

function rejected(
  record: CsvRecord,
  field: string | undefined,
  message: string,
  cells: readonly string[] = [],
): RejectedItem {
  const named = field === undefined ? {} : { field };
  return { kind: 'rejected', line: record.line, reason: 'invalid-field', ...named, message, cells };
}

/** Sources repeat: a name just seen needs no second check. */
function rememberedNameCheck(): (name: string) => string | undefined {
  const good = new Set<string>();
  return (name) => {
    if (good.has(name)) return undefined;
    const checked = NameSchema.safeParse(name);
    if (!checked.success) return `the source ${checked.error.issues[0]!.message}`;
    if (good.size >= 10_000) good.clear();
    good.add(name);
    return undefined;
  };
}
