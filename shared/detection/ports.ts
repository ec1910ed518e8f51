import type { AnomalyEvent } from '../domain/anomaly-event';
import type { Position } from '../domain/position';
import type { PointRow, QuarantineObject } from '../domain/rows';
import { TransientFault } from '../domain/transient-fault';
import type { FeatureVector, ModelScore } from './model';

export { TransientFault };

/**
 * What detection asks of the world. Adapters implement these; every implementation passes the port's contract suite.
 * A method that cannot do its work for now rejects with a {@link TransientFault}; anything else it throws is a defect.
 */

/**
 * A model answers, but not for these vectors: another feature schema, or an answer that is no score for each of them. The
 * same call will meet the same answer; people have to deploy the model that fits.
 */
export class ModelMismatch extends Error {
  override readonly name: string = 'ModelMismatch';
}

/** The model was not asked: it failed so often of late that it is left alone for a while. */
export class ModelPaused extends TransientFault {}

export interface RefusedRow {
  readonly row: PointRow | AnomalyEvent;
  /** In the store's words, for people. */
  readonly reason: string;
}

/** The store will never keep these rows, however often they are written; all others of the call are durable. */
export class RowsRefused extends Error {
  override readonly name = 'RowsRefused';
  constructor(readonly refused: readonly RefusedRow[]) {
    super(`store: ${refused.length} rows refused, the first one because: ${refused[0]?.reason}`);
  }
}

/** A source's state at rest: field name to bytes. The checkpoint is one of the fields. */
export type StateFields = ReadonlyMap<string, Uint8Array>;

/** Name of the field that a commit compares. */
export const CHECKPOINT_FIELD = 'checkpoint';

export interface StateCommit {
  readonly source: string;
  /** The checkpoint field as it was loaded; absent when the source was unknown. */
  readonly expected: Uint8Array | undefined;
  /** Fields to write, always with the new checkpoint; other fields of the source stay as they are. */
  readonly fields: StateFields;
}

/** A cache may forget a source that nothing was committed for in this time: 30 days. */
export const STATE_KEPT_MS = 30 * 86_400_000;

/** Where the states of sources live between batches. */
export interface StateCache {
  /** States in the order asked; undefined for an unknown source. */
  load(sources: readonly string[]): Promise<readonly (StateFields | undefined)[]>;
  /**
   * Compare-and-set, each source on its own and atomic: written only if the stored checkpoint still equals `expected`.
   * Outcomes in order: true when written, false when the comparison lost.
   */
  commit(commits: readonly StateCommit[]): Promise<readonly boolean[]>;
  close(): Promise<void>;
}

export interface SeriesQuery {
  readonly source: string;
  readonly metric: string;
  /** Epoch milliseconds, inclusive; absent: from the first. */
  readonly from?: number;
  /** Epoch milliseconds, exclusive; absent: to the last. */
  readonly to?: number;
  readonly limit?: number;
}

export interface RecentQuery {
  readonly source: string;
  readonly limit: number;
}

/** What can be learnt of a row again. */
export type RecentRow = Pick<
  PointRow,
  | 'source'
  | 'metric'
  | 'timestamp'
  | 'value'
  | 'anomalyScore'
  | 'alarmScore'
  | 'late'
  | 'unscored'
  | 'revision'
  | keyof Position
>;

/**
 * Points and anomalies. Writing the same row again has no effect that a reader can see. Writes reject with
 * {@link RowsRefused} when some rows can never be kept.
 */
export interface PointStore {
  /**
   * Durable when it resolves. A row's identity is source, metric, timestamp and revision; the earliest position wins. Stores
   * that replace (see their own pages) promise this for rows of which all but one are late, as detection writes them.
   */
  writePoints(rows: readonly PointRow[]): Promise<void>;
  /** Durable when it resolves. An event's identity is its id. */
  writeAnomalies(events: readonly AnomalyEvent[]): Promise<void>;
  /** Rows of one series in order of time, highest revision each. */
  readPoints(query: SeriesQuery): Promise<readonly PointRow[]>;
  /**
   * For each query the newest rows of a source, all its metrics together, in order of time, highest revision each. Rows of
   * one timestamp come all or not at all, unless they alone are more than the limit.
   *
   * @param withinMs for the whole call; absent: the store's own limit. Embedded stores need none
   */
  readRecent(queries: readonly RecentQuery[], withinMs?: number): Promise<readonly (readonly RecentRow[])[]>;
  /** Events in order of time, then of transition. @param withinMs as in {@link readRecent} */
  readAnomalies(
    query: {
      readonly source?: string;
      readonly from?: number;
      readonly to?: number;
      readonly limit?: number;
    },
    withinMs?: number,
  ): Promise<readonly AnomalyEvent[]>;
  close(): Promise<void>;
}

/** The topic "anomalies". At least once: a subscriber may see an event twice and knows it by its id. */
export interface AnomalyTopic {
  publish(events: readonly AnomalyEvent[]): Promise<void>;
}

/** Where records that cannot be used are kept for people. Putting the same id again has no effect. */
export interface Quarantine {
  put(objects: readonly QuarantineObject[]): Promise<void>;
}

export interface ScoredBatch {
  /** In the order of the vectors. */
  readonly scores: readonly ModelScore[];
  /** Version of the model that answered. */
  readonly model: string;
}

/** The model wherever it runs. */
export interface Scorer {
  /**
   * Rejects with a TransientFault when there is no answer in time, with {@link ModelPaused} when nobody was asked, with
   * {@link ModelMismatch} when the answer does not fit.
   *
   * @param withinMs for everything that answering takes, retries included; absent: the scorer's own limit
   */
  score(vectors: readonly FeatureVector[], withinMs?: number): Promise<ScoredBatch>;
}

export interface DegradedQuery {
  /** Feature schema of the vectors: others cannot be scored any more. */
  readonly schema: number;
  /** Epoch milliseconds of the data, inclusive; absent: from the first. */
  readonly from?: number;
  readonly limit: number;
}

/** Rows that the built-in model scored in place of the endpoint. */
export interface DegradedRows {
  /** Those that readers see, that are degraded and have kept their vector; in order of time, then source and metric. */
  readDegraded(query: DegradedQuery): Promise<readonly PointRow[]>;
}

/** What thresholds are weighed by: the scores of a row, and by which versions it was judged. */
export interface PastScore
  extends Pick<PointRow, 'source' | 'metric' | 'timestamp' | 'anomalyScore' | 'alarmScore' | 'isAnomaly'> {
  readonly model: string;
  readonly settings: number;
}

export interface ScoresQuery {
  /** Epoch milliseconds of the data, inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Absent: all sources. */
  readonly isWanted?: (source: string) => boolean;
}

/** The past of all series, for who looks at it as a whole. */
export interface ScoreHistory {
  /**
   * Rows that readers see, without those that came late, some at a time: all rows of a series one after the other, in order of
   * time. Memory does not grow with the number of series.
   */
  readScores(query: ScoresQuery): AsyncIterable<readonly PastScore[]>;
}
