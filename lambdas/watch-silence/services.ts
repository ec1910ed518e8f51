import type { AnomalyTopic, PointStore, StateCache } from '../../shared/detection/ports';
import type { SilenceIndex, StreamTail } from '../../shared/detection/silence/ports';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { Settings } from '../../shared/domain/settings';

/** What {@link watchSilence} works with; built once per cold start. */
export interface Services {
  readonly cache: StateCache;
  readonly silence: SilenceIndex;
  readonly tail: StreamTail;
  readonly store: PointStore;
  readonly topic: AnomalyTopic;
  readonly settings: Settings;
  /** Epoch milliseconds, of the clock that stamps arrivals. */
  readonly now: () => number;
  /** Before this nobody could be heard: on one machine, the program's start. */
  readonly since: number;
  /** Sources looked at in one round. */
  readonly sourcesMax: number;
  readonly observe: Observer;
}

/** Told what happens; never decides anything. */
export interface Observer {
  /** How long the oldest record of the stream has waited that was not taken; 0 where none waits. Not told where it is unknown. */
  waiting(ms: number): void;
  watched(counts: WatchCounts): void;
  published(events: readonly AnomalyEvent[]): void;
  /** Something went wrong that the run survived. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}

/** What one run came to. */
export interface WatchCounts {
  /** Sources that have a deadline, and how many of them were looked at. */
  readonly filed: number;
  readonly looked: number;
  /** Missed, also those that wait for others to be missed with them; and those that people are told of now. */
  readonly missed: number;
  readonly opened: number;
  readonly fleetIsSilent: boolean;
}
