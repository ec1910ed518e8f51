// The contract of the engine with everything around it; see the class below.
import type { AnomalyEvent, Contribution, Versions } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import type { AlarmBar } from '../domain/rows';
import type { SourceSettings } from '../domain/settings';
import type { FeatureVector, ModelScore } from './model';
import type { StateFields } from './ports';

/** Why a value was not learnt, if it was not. */
export type Standing =
  /** In order: scored and learnt. */
  | 'current'
  /** Older than the metric's newest, within the allowed lateness: scored, not learnt. */
  | 'late'
  /** Older than that: stored only, scores 0. */
  | 'too-late'
  /** So far ahead of the newest that the next point must confirm it: scored, not learnt. */
  | 'unconfirmed'
  /** Same source, metric and timestamp as before: dropped, the first value stays. */
  | 'duplicate'
  /** The source already has as many metrics as are watched: stored only, scores 0. */
  | 'unwatched';

/** Stage 1's view of one metric of one data point, or (metric absent) of the relations of its source. */
export interface Observation {
  readonly metric: string | undefined;
  readonly value: number | undefined;
  readonly standing: Standing;
  /** Absent when nothing is to be scored (too late, duplicate, unwatched). */
  readonly features: FeatureVector | undefined;
  /** In the metric's unit; absent while too little is known. */
  readonly expected: number | undefined;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  /** Points learnt so far and how many make scores count. */
  readonly learnt: number;
  readonly learningNeeds: number;
}

/** Stage 2's verdict on an observation. */
export interface Verdict {
  readonly anomalyScore: number;
  readonly alarmScore: number;
  readonly isAnomaly: boolean;
  /** Largest share first; empty unless `isAnomaly`. */
  readonly contributions: readonly Contribution[];
  /** Absent where nothing was judged, and of a source as a whole. */
  readonly bar?: AlarmBar;
}

/** All of a data point: verdicts in the order of the observations, the source's own scores, and episode changes. */
export interface Conclusion {
  readonly verdicts: readonly Verdict[];
  /** Of the source as a whole: its relations and its metrics together. */
  readonly source: Verdict;
  readonly events: readonly AnomalyEvent[];
}

export interface ConcludeContext {
  readonly versions: Versions;
  readonly degraded: boolean;
  readonly warming: boolean;
}

/**
 * Everything learnt about one source, in memory for the length of a batch.
 *
 * `advance` is stage 1: it learns from a point and gives feature vectors, whatever any model will say of them.
 * `conclude` is stage 2: it reads the model's scores and moves episodes. Points must be advanced in order, and concluded in
 * the same order; a batch may advance all its points before it concludes the first.
 */
export interface SourceDetector {
  advance(point: DataPoint): readonly Observation[];
  /** @param scores one for each observation that has features, in their order */
  conclude(
    point: DataPoint,
    observations: readonly Observation[],
    scores: readonly ModelScore[],
    context: ConcludeContext,
  ): Conclusion;
  /** State at rest, without the checkpoint: only fields that changed since it was opened. The map is the caller's. */
  encode(): Map<string, Uint8Array>;
  /** Gives its memory back to those that are opened next. It must not be used from here on; calling it is not needed. */
  close(): void;
}

export type OpenSourceDetector = (
  source: string,
  settings: SourceSettings,
  fields: StateFields | undefined,
) => SourceDetector;
