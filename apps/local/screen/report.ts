import type { FileRejectionReason } from '../../../shared/adapters/files/read-item';
import type { StillLearning } from '../../../shared/detection/still-learning';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import { bandWords, seriesName } from './anomaly-lines';
import { clock, duration, measuredNumber, wholeNumber } from './numbers';
import type { Paint } from './paint';
import { cut, plainText } from './plain-text';
import { type Column, table } from './table';

/** Where and why one piece of the input could not be used. */
export interface RejectedLine {
  /** From 1; absent when the input has no lines (a JSON array). */
  readonly line?: number;
  readonly reason: FileRejectionReason;
  readonly field?: string;
  readonly message: string;
}

export interface RunReport {
  readonly points: number;
  readonly sources: number;
  readonly series: number;
  readonly elapsedMs: number;
  readonly rejectedByReason: Readonly<Partial<Record<FileRejectionReason, number>>>;
  /** The first few; more than ten are not shown. */
  readonly rejectedFirst: readonly RejectedLine[];
  /** What was read but not judged as usual, by the stream's counts. */
  readonly setAside: SetAside;
  /** Series that were too young to alarm to the end. */
  readonly learning: Pick<StillLearning, 'size' | 'words'>;
  /** The openings to show, best in order of time, and how many there were in all. */
  readonly anomalies: readonly AnomalyEvent[];
  readonly anomaliesTotal: number;
  /** Where the results are: what it is, and its path or command. */
  readonly results: readonly { readonly what: string; readonly where: string }[];
}

/** Points that the stream refused; values of others that were treated otherwise than most. */
export interface SetAside {
  readonly rejected: number;
  readonly late: number;
  readonly duplicates: number;
  readonly degraded: number;
  readonly unscored: number;
}

const REJECTED_SHOWN = 10;
const ANOMALIES_SHOWN = 50;
const LEARNING_SHOWN = 5;

const COLUMNS: readonly Column[] = [
  { title: 'time (UTC)' },
  { title: 'series' },
  { title: 'value', side: 'right' },
  { title: 'expected' },
  { title: 'score', side: 'right' },
  { title: 'severity' },
  { title: 'why' },
];

/** What a run over a file ends with. Lines without colour but for headings. */
export function reportLines(report: RunReport, columns: number, paint: Paint): string[] {
  return [
    ...readLines(report),
    ...rejectedLines(report, columns, paint),
    ...setAsideLines(report.setAside, paint),
    ...learningLines(report.learning, columns),
    '',
    ...anomalyLines(report, columns, paint),
    '',
    ...report.results.map(({ what, where }) => `${what}: ${plainText(where)}`),
  ];
}

function readLines({ points, sources, series, elapsedMs }: RunReport): string[] {
  const rate = elapsedMs > 0 ? ` (${wholeNumber((1000 * points) / elapsedMs)} points/s)` : '';
  return [
    `${plural(points, 'point')} read in ${duration(elapsedMs)}${rate}: ${plural(sources, 'source')}, ${wholeNumber(series)} series`,
  ];
}

function rejectedLines(
  { rejectedByReason, rejectedFirst, setAside }: RunReport,
  columns: number,
  paint: Paint,
): string[] {
  const counts = Object.entries(rejectedByReason).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return setAside.rejected > 0 ? [] : ['nothing rejected'];
  const reasons = counts.sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${reason} ${wholeNumber(count)}`);
  const shown = rejectedFirst.slice(0, REJECTED_SHOWN);
  const rest = total - shown.length;
  return [
    paint('warning', `${wholeNumber(total)} rejected: ${reasons.join(', ')}`),
    ...shown.map(({ line, message }) =>
      cut(`  ${line === undefined ? '' : `line ${line}: `}${plainText(message)}`, columns),
    ),
    ...(rest > 0 && shown.length > 0 ? [`  … and ${wholeNumber(rest)} more`] : []),
  ];
}

function setAsideLines({ rejected, late, duplicates, degraded, unscored }: SetAside, paint: Paint): string[] {
  const lines: [number, string][] = [
    [rejected, `${plural(rejected, 'point')} put into quarantine, which says why`],
    [
      late,
      `${plural(late, 'value')} came after later ones, or too far ahead to be believed at once: stored, not learnt, no alarm`,
    ],
    [duplicates, `${plural(duplicates, 'value')} repeated a time seen before: the first one counts`],
    [
      unscored,
      `${plural(unscored, 'value')} of series beyond --series-max, or of metrics beyond metricsMax: stored, nothing learnt of them`,
    ],
    [degraded, `${plural(degraded, 'value')} scored by the built-in model, since the model server did not answer`],
  ];
  return lines.filter(([count]) => count > 0).map(([, words]) => paint('warning', words));
}

function learningLines(learning: RunReport['learning'], columns: number): string[] {
  if (learning.size === 0) return [];
  const shown = learning.words(LEARNING_SHOWN).map((words) => cut(`  ${plainText(words)}`, columns));
  const rest = learning.size - shown.length;
  return [
    `${wholeNumber(learning.size)} series still learning, without an alarm until then:`,
    ...shown,
    ...(rest > 0 ? [`  … and ${wholeNumber(rest)} more`] : []),
  ];
}

function anomalyLines({ anomalies, anomaliesTotal }: RunReport, columns: number, paint: Paint): string[] {
  if (anomaliesTotal === 0) return ['no anomalies'];
  const shown = anomalies.slice(0, ANOMALIES_SHOWN);
  const [titles, ...rows] = table(COLUMNS, shown.map(cells), columns);
  const rest = anomaliesTotal - shown.length;
  return [
    plural(anomaliesTotal, 'anomaly', 'anomalies'),
    paint('strong', titles!),
    ...rows,
    ...(rest > 0 ? [`… and ${wholeNumber(rest)} more`] : []),
  ];
}

function cells(event: AnomalyEvent): string[] {
  const width = event.lower !== undefined && event.upper !== undefined ? event.upper - event.lower : undefined;
  return [
    clock(event.timestamp, true),
    seriesName(event),
    event.value === undefined ? '' : measuredNumber(event.value, width),
    bandWords(event),
    event.alarmScore.toFixed(2),
    event.severity,
    plainText(event.contributions[0]?.words ?? ''),
  ];
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${count === 1 ? one : many}`;
}
