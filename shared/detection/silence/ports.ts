import type { Position } from '../../domain/position';

/** A source and the moment (epoch milliseconds) from which it should be looked at. */
export interface Filing {
  readonly source: string;
  readonly deadline: number;
}

/** A source that is to be filed anew, if it still is filed under this deadline; `next` absent: not at all any more. */
export interface Refiling extends Filing {
  readonly next?: number;
}

/** The last record of a shard that was taken with everything before it. */
export interface ShardProgress extends Pick<Position, 'stream' | 'shard' | 'sequence'> {
  /** Its arrival, epoch milliseconds. */
  readonly arrival: number;
}

export interface Due {
  /** Earliest deadlines first, no more than asked for. */
  readonly filings: readonly Filing[];
  /** How many are due in all, and how many sources are filed. */
  readonly dueCount: number;
  readonly filedCount: number;
}

/**
 * Sources by deadline, spread over slots so that no key is hot, and how far each shard was taken. A source is filed once: anew
 * replaces. Filing and progress may be repeated to no effect. Calls take one round trip for each owner of slots, whatever
 * the number of sources. Rejects with a TransientFault when it cannot for now.
 */
export interface SilenceIndex {
  file(filings: readonly Filing[]): Promise<void>;
  /** Each only if the source is still filed under `deadline`: who was heard meanwhile stays as he is. */
  refile(refilings: readonly Refiling[]): Promise<void>;
  /** Sources filed at or before a moment. O(limit + log sources). */
  due(until: number, limit: number): Promise<Due>;
  /** Forward only: a lower sequence number than the stored one changes nothing. */
  advanceShards(progress: readonly ShardProgress[]): Promise<void>;
  shards(): Promise<readonly ShardProgress[]>;
  close(): Promise<void>;
}

/** What lies behind the last record of a shard that was taken. Epoch milliseconds of arrival. */
export interface ShardTail {
  /** All that arrived before has been taken. `now` where nothing is left to take. */
  readonly takenUntil: number;
  /** The oldest record that waits came then; absent: none waits; `unknown`: the stream does not answer for now. */
  readonly waitingSince?: number | 'unknown';
}

/** Tells a quiet stream from a pipeline that lags or stands still. */
export interface StreamTail {
  /**
   * For each shard, in order; after them one for each shard of the stream of which nobody has taken anything, as far as is
   * known: a pipeline that never worked has no progress to look behind.
   */
  lookBehind(progress: readonly ShardProgress[], now: number): Promise<readonly ShardTail[]>;
}
