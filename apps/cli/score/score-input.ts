import type { DataInput, RejectedItem } from '../../../shared/adapters/files/data-input';
import { RELATION_SETTINGS } from '../../../shared/detection/relations/relation-settings';
import { openStillLearning, type StillLearning } from '../../../shared/detection/still-learning';
import type { DataPoint } from '../../../shared/domain/data-point';
import { REJECTIONS_SHOWN } from '../rejection-lines';
import type { ScoredPoint } from './point-scorer';
import type { ScoreTable } from './score-table';

/** What came of a file. */
export interface ScoreTally {
  /** Rows written. */
  rows: number;
  /** Rows that were judged. */
  judged: number;
  /** Rows in which nothing was measured. */
  unmeasured: number;
  /** Rows with a time that was there before, or one too late. */
  passedOver: number;
  /** Rows that could not be read. */
  rejected: number;
  /** The first few of them. */
  readonly rejections: RejectedItem[];
  readonly sources: Set<string>;
  anomalies: number;
  /** Episodes of single metrics, and of relations. */
  episodes: { ofMetrics: number; ofRelations: number };
  /** The most metrics that were judged in one row. */
  metricsMax: number;
  /** Sources with more metrics than take part in relations. */
  readonly wide: Set<string>;
  /** Series that are still too young to alarm. */
  readonly learning: StillLearning;
}

/** Rows are handed over in pieces of about this many characters. */
const PIECE_CHARS = 131_072;

/**
 * Scores every row of an input in order and writes one row for each. Memory is that of the detectors, one a source,
 * whatever the number of rows.
 *
 * @param watch sees every scored point, for plots
 * @param progress called now and then between rows
 */
export async function scoreInput(
  input: DataInput,
  score: (point: DataPoint) => ScoredPoint,
  table: ScoreTable,
  write: (text: string) => Promise<void>,
  watch: (point: DataPoint, scored: ScoredPoint) => void = () => {},
  progress: () => void = () => {},
): Promise<ScoreTally> {
  const tally = newTally();
  let piece = `${table.header}\n`;
  for await (const batch of input.batches()) {
    for (const item of batch) {
      const scored = item.kind === 'point' ? score(item.point) : undefined;
      if (item.kind === 'rejected') countRejected(item, tally);
      else {
        countScored(item.point, scored!, tally);
        watch(item.point, scored!);
      }
      if (item.kind === 'rejected' && item.isEnd) continue;
      tally.rows += 1;
      piece += `${table.row(item, scored)}\n`;
      if (piece.length < PIECE_CHARS) continue;
      await write(piece);
      piece = '';
      progress();
    }
    // A pipe that gives little at a time wants its answers now.
    if (input.bytesTotal === undefined && piece !== '') {
      await write(piece);
      piece = '';
    }
  }
  if (piece !== '') await write(piece);
  progress();
  return tally;
}

function newTally(): ScoreTally {
  return {
    rows: 0,
    judged: 0,
    unmeasured: 0,
    passedOver: 0,
    rejected: 0,
    rejections: [],
    sources: new Set(),
    anomalies: 0,
    episodes: { ofMetrics: 0, ofRelations: 0 },
    metricsMax: 0,
    wide: new Set(),
    learning: openStillLearning(),
  };
}

function countRejected(item: RejectedItem, tally: ScoreTally): void {
  if (item.reason === 'empty') {
    tally.unmeasured += 1;
    return;
  }
  tally.rejected += 1;
  if (tally.rejections.length < REJECTIONS_SHOWN) tally.rejections.push(item);
}

function countScored(point: DataPoint, { observations, conclusion }: ScoredPoint, tally: ScoreTally): void {
  tally.sources.add(point.source);
  let metrics = 0;
  for (const observation of observations) {
    if (observation.metric !== undefined && observation.features !== undefined) metrics += 1;
    tally.learning.see(point.source, observation);
  }
  if (metrics > 0) tally.judged += 1;
  else tally.passedOver += 1;
  tally.metricsMax = Math.max(tally.metricsMax, metrics);
  if (metrics > RELATION_SETTINGS.metricsMax) tally.wide.add(point.source);
  if (conclusion.source.isAnomaly) tally.anomalies += 1;
  for (const { phase, metric } of conclusion.events) {
    if (phase !== 'opened') continue;
    if (metric === undefined) tally.episodes.ofRelations += 1;
    else tally.episodes.ofMetrics += 1;
  }
}
