import type { Consumer } from '../log/consumer';
import type { PartitionedLog } from '../log/partitioned-log';
import type { FailureDestination } from './failure-record';
import type { StreamHandler } from './invoke';
import type { DiscardCondition } from './next-step';
import type { MappingSettings } from './settings';
import type { Timing } from './timing';
import type { Verdict } from './verdict';

/** One invocation and what it brought. */
export interface Progress {
  readonly shard: string;
  /** Records in the invocation. */
  readonly records: number;
  /** How many of them are finished by it. */
  readonly done: number;
  readonly verdict: Verdict;
  /** What the handler threw, if it did. */
  readonly error?: unknown;
  readonly durationMs: number;
  /** Age of the invocation's last record when it ended. */
  readonly iteratorAgeMs: number;
}

/** Records that were given up, after they are at the destination. */
export interface Discarded {
  readonly shard: string;
  readonly records: number;
  readonly condition: DiscardCondition;
}

/** What the worker of a shard works with. */
export interface WorkerParts {
  readonly log: PartitionedLog;
  readonly consumer: Consumer;
  readonly handler: StreamHandler;
  readonly functionName: string;
  readonly settings: MappingSettings;
  readonly destination: FailureDestination | undefined;
  readonly timing: Timing;
  readonly stopping: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onDiscarded: (discarded: Discarded) => void;
  readonly onProblem: (error: unknown) => void;
  /** Rings whenever the shard's checkpoint has moved. */
  readonly onAdvance: () => void;
}
