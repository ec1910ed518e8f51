import type { DataInput, ReadItem } from '../../../shared/adapters/files/data-input';
import type { Verdict } from '../../../shared/detection/source-detector';
import { csvCell } from './csv-cell';
import type { ScoredPoint } from './point-scorer';

/** How the rows of one input become rows of the output. */
export interface ScoreTable {
  /** The first line of the output. */
  readonly header: string;
  /** @param scored absent for a row that is no data point */
  row(item: ReadItem, scored: ScoredPoint | undefined): string;
  readonly notes: readonly string[];
}

const SOURCE_COLUMNS = ['anomaly_score', 'alarm_score', 'is_anomaly'];
const BAND_COLUMNS = ['expected', 'lower', 'upper'];

/**
 * Columns of an input that already are results, from an earlier run or as labels: they are no metrics, and ours take
 * their place.
 */
export function resultColumns(header: readonly string[]): readonly string[] {
  const isScored = header.includes('anomaly_score') && header.includes('alarm_score');
  return header.filter(
    (name) =>
      SOURCE_COLUMNS.includes(name) || (isScored && (BAND_COLUMNS.includes(name) || name.endsWith('_anomaly_score'))),
  );
}

/** Columns of the output: the input's, then one metric's scores and band, or several metrics' scores. */
export function scoreTable(input: Pick<DataInput, 'header' | 'metrics'>): ScoreTable {
  const { header, metrics } = input;
  const replaced = new Set(resultColumns(header));
  const kept = header.flatMap((name, column) => (replaced.has(name) ? [] : [column]));
  const names = header.length > 0 ? kept.map((column) => header[column]!) : ['timestamp', 'source', ...metrics];
  const only = metrics.length === 1 && !BAND_COLUMNS.some((name) => names.includes(name)) ? metrics[0] : undefined;
  const added = only === undefined ? metrics.map((metric) => `${metric}_anomaly_score`) : BAND_COLUMNS;
  const empty = `,,,0${','.repeat(added.length)}`;

  return {
    header: [...names, ...SOURCE_COLUMNS, ...added].map(csvCell).join(','),
    row(item, scored) {
      const cells = header.length > 0 ? keptCells(item, kept, header.length) : wireCells(item, metrics);
      if (scored === undefined || !isJudged(scored)) return cells + empty;
      return cells + (only === undefined ? wideScores(scored, metrics) : metricScores(scored, only));
    },
    notes: [...replaced].map(
      (name) => `column "${name}" is no metric: it has the name of a result, which takes its place`,
    ),
  };
}

function isJudged({ observations }: ScoredPoint): boolean {
  return observations.some(({ features }) => features !== undefined);
}

function keptCells(item: ReadItem, kept: readonly number[], columns: number): string {
  const { cells = [] } = item;
  if (kept.length === columns && cells.length === columns) return cells.map(csvCell).join(',');
  return kept.map((column) => csvCell(cells[column] ?? '')).join(',');
}

function wireCells(item: ReadItem, metrics: readonly string[]): string {
  if (item.kind === 'rejected') return ','.repeat(metrics.length + 1);
  const { source, timestamp, metrics: values } = item.point;
  const cells = metrics.map((metric) => values[metric] ?? '');
  return [new Date(timestamp).toISOString(), csvCell(source), ...cells].join(',');
}

/** Scores and band of the only metric, as the store has them in its row. */
function metricScores({ observations, conclusion }: ScoredPoint, metric: string): string {
  const at = observations.findIndex((observation) => observation.metric === metric);
  const { expected, lower, upper } = observations[at]!;
  return `${verdictCells(conclusion.verdicts[at]!)},${expected ?? ''},${lower ?? ''},${upper ?? ''}`;
}

function wideScores({ observations, conclusion }: ScoredPoint, metrics: readonly string[]): string {
  const scores = new Map(
    observations.map(({ metric, features }, at) => [
      metric,
      features === undefined ? '' : conclusion.verdicts[at]!.anomalyScore,
    ]),
  );
  return [verdictCells(conclusion.source), ...metrics.map((metric) => scores.get(metric) ?? '')].join(',');
}

function verdictCells({ anomalyScore, alarmScore, isAnomaly }: Verdict): string {
  return `,${anomalyScore},${alarmScore},${isAnomaly ? 1 : 0}`;
}
