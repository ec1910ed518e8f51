import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Alert } from '../../../shared/alerting/state/alert';
import { UsageError } from '../exit-codes';

/** A time in which something was wrong; epoch milliseconds, both inclusive. */
export interface TrueFault {
  readonly source?: string;
  readonly metric?: string;
  readonly from: number;
  readonly to: number;
}

export interface Comparison {
  readonly faults: number;
  readonly found: number;
  readonly missed: readonly TrueFault[];
  /** Alerts that people were told of and at whose time nothing was wrong. */
  readonly falseAlerts: number;
  /** From the beginning of a fault to the first notification of it, of those found; ascending. */
  readonly delaysMs: readonly number[];
}

/**
 * CSV with a header: `from` and `to` (or `start` and `end`), ISO 8601 with a zone or epoch milliseconds; `source` and
 * `metric` if they are known.
 *
 * @throws {UsageError} naming the line
 */
export function readTruth(file: string): readonly TrueFault[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(readFileSync(file, 'utf8'), { columns: true, skip_empty_lines: true, trim: true, bom: true });
  } catch (error) {
    throw new UsageError(`${file} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
  return rows.map((row, i) => {
    const from = instantOf(row['from'] ?? row['start']);
    const to = instantOf(row['to'] ?? row['end']);
    if (from === undefined || to === undefined || to < from)
      throw new UsageError(
        `${file}:${i + 2}: needs from and to, as 2026-11-22T13:00:00Z or epoch milliseconds, in this order`,
      );
    return {
      from,
      to,
      ...(row['source'] ? { source: row['source'] } : {}),
      ...(row['metric'] ? { metric: row['metric'] } : {}),
    };
  });
}

/**
 * What of the truth people were told, and what they were told that was not true.
 *
 * @param toldAt when people first heard of an alert, by its id
 */
export function compareWithTruth(
  faults: readonly TrueFault[],
  alerts: readonly Alert[],
  toldAt: ReadonlyMap<string, number>,
): Comparison {
  const told = alerts.filter(({ id }) => toldAt.has(id));
  const found = faults.map((fault) => {
    const times = told.filter((alert) => concerns(fault, alert)).map(({ id }) => toldAt.get(id)!);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - fault.from);
  });
  return {
    faults: faults.length,
    found: found.filter((delay) => delay !== undefined).length,
    missed: faults.filter((_, i) => found[i] === undefined),
    falseAlerts: told.filter((alert) => !faults.some((fault) => concerns(fault, alert))).length,
    delaysMs: found.filter((delay) => delay !== undefined).sort((a, b) => a - b),
  };
}

/** An alert is about a fault when it began within its time. */
function concerns({ source, metric, from, to }: TrueFault, { facts }: Alert): boolean {
  if (source !== undefined && source !== facts.source) return false;
  if (metric !== undefined && facts.metric !== undefined && metric !== facts.metric) return false;
  return facts.since >= from && facts.since <= to;
}

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{11,14}$/.test(text)) return Number(text);
  const at = /\d{4}-\d\d-\d\d.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
