import { words } from '../screen/fault-lines';
import { duration } from '../screen/numbers';
import { type Column, table } from '../screen/table';
import type { KindSummary, Summary } from './summary';

const COLUMNS: readonly Column[] = [
  { title: 'fault' },
  { title: 'injected', side: 'right' },
  { title: 'found', side: 'right' },
  { title: 'missed', side: 'right' },
  { title: 'under way', side: 'right' },
  { title: 'delay (median)', side: 'right' },
  { title: 'delay (longest)', side: 'right' },
];

/**
 * Found against injected, as lines of plain text.
 *
 * @param liveMs how long detection watched, for the rate of false alarms
 * @param seriesCount how many series it watched
 */
export function summaryTable(
  summary: Summary,
  { liveMs, seriesCount }: { liveMs: number; seriesCount: number },
): string[] {
  const watched = summary.kinds.filter((kind) => kind.watched);
  const unwatched = summary.kinds.filter((kind) => !kind.watched);
  const rows = watched.map((kind) => cells(words(kind.kind), kind));
  const unwatchedRows = unwatched.map((kind) => {
    const noticed = kind.found === 0 ? '' : `, noticed all the same: ${kind.found}`;
    return `${words(kind.kind)}: not watched, injected ${kind.injected}${noticed}`;
  });
  return [
    ...table(COLUMNS, [...rows, cells('all', summary.overall)]),
    ...unwatchedRows,
    falseAlarmsLine(summary, liveMs, seriesCount),
  ];
}

function falseAlarmsLine({ falseAlarms, alarms }: Summary, liveMs: number, seriesCount: number): string {
  const perHour = liveMs >= 60_000 ? ` (${((falseAlarms.length * 3_600_000) / liveMs).toFixed(1)} an hour)` : '';
  const over = `over ${seriesCount} series in ${duration(liveMs)}`;
  return `false alarms: ${falseAlarms.length} of ${alarms} alarms, ${over}${perHour}`;
}

function cells(title: string, row: Omit<KindSummary, 'kind' | 'watched'>): string[] {
  const time = (ms: number | undefined) => (ms === undefined ? '–' : duration(ms));
  const counts = [row.injected, row.found, row.missed, row.pending].map(String);
  return [title, ...counts, time(row.delayMsMedian), time(row.delayMsMax)];
}
