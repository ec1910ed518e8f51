import type { CircuitChange } from '../../shared/adapters/sagemaker/circuit-scorer';
import type { Model } from '../../shared/detection/model';
import type { PopulationScore } from '../../shared/detection/population-score';
import type { AnomalyTopic, PointStore, Quarantine, Scorer, StateCache } from '../../shared/detection/ports';
import type { SilenceIndex } from '../../shared/detection/silence/ports';
import type { Observation, OpenSourceDetector } from '../../shared/detection/source-detector';
import type { SourcePlaces } from '../../shared/detection/source-places';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { Position } from '../../shared/domain/position';
import type { Settings } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import type { ShadowCounts } from '../../shared/training/ports';
import type { Shadow } from '../../shared/training/shadow';
import type { LiveDistributions } from './live-distributions';
import type { CacheWitness } from './warming/cache-witness';
import type { WarmingLimits } from './warming/limits';

/** What {@link detectAnomalies} works with; built once per cold start. */
export interface Services {
  readonly cache: StateCache;
  readonly store: PointStore;
  readonly topic: AnomalyTopic;
  readonly quarantine: Quarantine;
  /** Where sources are filed by the moment from which they are missed. */
  readonly silence: SilenceIndex;
  readonly scorer: Scorer;
  /** Scores when the scorer does not answer. */
  readonly builtIn: Model;
  readonly openDetector: OpenSourceDetector;
  /** Judges values that have no memory, by what the built-in model makes of like series; absent: they score 0. */
  readonly population?: PopulationScore;
  readonly settings: Settings;
  readonly warming: Warming;
  /** Who may have a memory; absent: everybody. */
  readonly places?: SourcePlaces | undefined;
  /** Which series may be stored without a memory; absent: all. */
  readonly strangers?: SourcePlaces | undefined;
  /** The challenger beside the champion, if there is one now; never rejects. Absent: there is never one. */
  readonly shadow?: () => Promise<Shadow | undefined>;
  /** Where vectors and scores are counted for training's eyes; absent: nowhere. */
  readonly distributions?: LiveDistributions;
  readonly observe: Observer;
}

/** What guards against a cache that loses what it was given. */
export interface Warming {
  readonly witness: CacheWitness;
  readonly limits: WarmingLimits;
}

/** Counts of one batch. */
export interface BatchCounts {
  records: number;
  /** Data points that were new: neither absorbed before nor rejected. */
  points: number;
  /** Their values: one for each metric. */
  values: number;
  /** Points, or what should have been some, that were set aside, whole or in part. */
  rejected: number;
  /** Points dropped because a checkpoint covers them. */
  absorbedBefore: number;
  duplicates: number;
  late: number;
  misrouted: number;
  /** Points that had been set aside and were put on the stream again. */
  redriven: number;
  /** Values that no memory judged, since the budget of series, or of the source's metrics, is spent. */
  unscored: number;
  /** Values that were not stored either, since the budget of series without a memory is spent; their points are rejected. */
  overBudget: number;
  degraded: number;
  /** Calls of the model whose answer did not fit the vectors: the wrong model is deployed. */
  modelMismatches: number;
  anomalies: number;
  /** Sources whose commit lost the comparison and were computed again. */
  recomputed: number;
  /** Sources whose stored state could not be read and that start anew. */
  stateLost: number;
  /** Points whose source's memory was lost and is being filled again. */
  warming: number;
  /** Sources whose memory was filled again from stored rows. */
  warmed: number;
  /** Sources for which the budget, or the store's answer, did not suffice. */
  warmingBudgetSpent: number;
  failedRecords: number;
}

export type Stage =
  | 'plan'
  | 'load'
  | 'warm'
  | 'advance'
  | 'score'
  | 'conclude'
  | 'store'
  | 'publish'
  | 'file'
  | 'commit';

/** What else a batch measured. */
export interface BatchMeasures {
  /** Arrival of the oldest of its records that are done, epoch milliseconds; absent when none is. */
  readonly oldestArrival?: number;
  /** Of the sources committed: whole states as they are stored now. */
  readonly stateBytes: { readonly max: number; readonly sum: number; readonly sources: number };
}

/** An event, and the point of which it tells. */
export interface PlacedEvent {
  readonly event: AnomalyEvent;
  readonly position: Position;
}

/** Told what happens; never decides anything. */
export interface Observer {
  /** Monotonic milliseconds, for stage times. */
  readonly clock: () => number;
  /** What is told from here on is of these records. */
  began(records: readonly StreamRecord[]): void;
  /** A stage has ended, with this error if it failed. */
  stage(stage: Stage, ms: number, error?: unknown): void;
  batch(counts: Readonly<BatchCounts>, measures: BatchMeasures): void;
  /** What a training run's challenger came to beside the champion, in the batch that is about to end. */
  shadow?(run: string, counts: Readonly<ShadowCounts>): void;
  published(events: readonly PlacedEvent[]): void;
  /** What stage 1 said of the points of a source that was committed, for who wants to know how far it has learnt. */
  observed?(source: string, observations: readonly Observation[]): void;
  /** The circuit to the model opened, closed, or lets one call try. */
  circuit(change: CircuitChange): void;
  /** Something went wrong that the batch survived or reported. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}

export function zeroCounts(): BatchCounts {
  return {
    records: 0,
    points: 0,
    values: 0,
    rejected: 0,
    absorbedBefore: 0,
    duplicates: 0,
    late: 0,
    misrouted: 0,
    redriven: 0,
    unscored: 0,
    overBudget: 0,
    degraded: 0,
    modelMismatches: 0,
    anomalies: 0,
    recomputed: 0,
    stateLost: 0,
    warming: 0,
    warmed: 0,
    warmingBudgetSpent: 0,
    failedRecords: 0,
  };
}

/** Adds `some` to `total`, count by count. Written out, since it is called for every source: a list of names would take a microsecond. */
export function addCounts(total: BatchCounts, some: Readonly<BatchCounts>): void {
  total.records += some.records;
  total.points += some.points;
  total.values += some.values;
  total.rejected += some.rejected;
  total.absorbedBefore += some.absorbedBefore;
  total.duplicates += some.duplicates;
  total.late += some.late;
  total.misrouted += some.misrouted;
  total.redriven += some.redriven;
  total.unscored += some.unscored;
  total.overBudget += some.overBudget;
  total.degraded += some.degraded;
  total.modelMismatches += some.modelMismatches;
  total.anomalies += some.anomalies;
  total.recomputed += some.recomputed;
  total.stateLost += some.stateLost;
  total.warming += some.warming;
  total.warmed += some.warmed;
  total.warmingBudgetSpent += some.warmingBudgetSpent;
  total.failedRecords += some.failedRecords;
}
