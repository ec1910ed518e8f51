import type { AnomalyTopic, DegradedRows, PointStore, Scorer } from '../../shared/detection/ports';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { Position } from '../../shared/domain/position';
import type { Settings } from '../../shared/domain/settings';

/** What {@link rescoreDegraded} works with; built once per cold start. */
export interface Services {
  readonly store: Pick<PointStore, 'writePoints' | 'writeAnomalies' | 'readAnomalies'> & DegradedRows;
  readonly topic: AnomalyTopic;
  /** The endpoint itself: with a built-in model behind it nothing would be gained. */
  readonly scorer: Scorer;
  readonly settings: Settings;
  readonly limits: RescoreLimits;
  readonly observe: Observer;
}

/** What one run may cost. */
export interface RescoreLimits {
  /** Rows amended at most. */
  readonly rowsMax: number;
  /** Rows read, scored and written together. */
  readonly pageRows: number;
  /** With less time left, in milliseconds, no further page is begun. */
  readonly reserveMs: number;
}

/** Why a run ended. */
export type Ended =
  /** No row waits any more. */
  | 'nothing-left'
  /** All were asked for; some vectors had no answer for now. */
  | 'some-unanswered'
  | 'rows-budget'
  | 'time-budget'
  /** The model did not answer, or its answer does not fit; what is left waits for the next run. */
  | 'model-away'
  | 'model-mismatch';

/** What became of a run. */
export interface RescoreCounts {
  /** Rows amended. */
  readonly rows: number;
  /** Events of phase `corrected`. */
  readonly corrected: number;
  /** Rows that became anomalies, and rows that no longer are. */
  readonly raised: number;
  readonly takenBack: number;
  /** Rows that stay degraded for good, since the model refuses their vectors; and those that wait for the next run. */
  readonly refused: number;
  readonly unanswered: number;
  readonly ended: Ended;
}

/** An event of phase `corrected`, and where the record of its row stood. */
export interface CorrectedEvent {
  readonly event: AnomalyEvent;
  readonly position: Position;
}

/** Told what happens; never decides anything. */
export interface Observer {
  rescored(counts: RescoreCounts): void;
  published(events: readonly CorrectedEvent[]): void;
  /** Something went wrong that the run survived. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}
