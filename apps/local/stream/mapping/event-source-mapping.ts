import { setMaxListeners } from 'node:events';
import { Bell } from '../log/bell';
import type { Consumer } from '../log/consumer';
import { FRAME_OVERHEAD_BYTES } from '../log/frame';
import type { PartitionedLog } from '../log/partitioned-log';
import type { FailureDestination } from './failure-record';
import type { StreamHandler } from './invoke';
import { type MappingSettings, MappingSettingsSchema } from './settings';
import { runShard } from './shard-worker';
import { REAL_TIMING, type Timing } from './timing';
import type { Discarded, Progress } from './worker-parts';

export interface MappingOptions {
  /** Name of the consumer in the log: small letters, digits, hyphens. Its checkpoints live under it. */
  readonly name: string;
  /** What differs from the defaults of {@link MappingSettingsSchema}. */
  readonly settings?: Partial<MappingSettings>;
  /** Where records go that are given up; without one they are only counted. */
  readonly destination?: FailureDestination;
  readonly timing?: Timing;
  /** After every invocation. Must not throw. */
  readonly onProgress?: (progress: Progress) => void;
  readonly onDiscarded?: (discarded: Discarded) => void;
  /** Told of faults of the disk or the destination; work is tried again by itself. */
  readonly onProblem?: (error: unknown) => void;
}

/** How far the handler is behind. */
export interface Lag {
  /** Exact unless numbers were skipped after a crash; then an upper bound. */
  readonly records: number;
  readonly bytes: number;
}

/** The mapping was stopped before it had caught up. */
export class MappingStopped extends Error {
  override readonly name = 'MappingStopped';
  constructor() {
    super('the mapping was stopped before it had caught up');
  }
}

/**
 * Lambda's event source mapping for Kinesis, on a local log: one batch in flight for each shard, in order, with Lambda's rules
 * for what fails. At least once: after a crash a batch may be delivered again, never passed over.
 */
export class EventSourceMapping {
  private readonly stopping = new AbortController();
  private readonly advanced = new Bell();
  private workers: Promise<unknown> | undefined;

  private constructor(
    private readonly log: PartitionedLog,
    private readonly consumer: Consumer,
    private readonly handler: StreamHandler,
    private readonly options: MappingOptions,
    private readonly settings: MappingSettings,
  ) {
    // Every shard listens while it waits; Node takes more than ten for a leak.
    setMaxListeners(0, this.stopping.signal);
  }

  /**
   * Registers the consumer, so that the log keeps records for it; nothing is delivered before {@link start}.
   *
   * @throws {ZodError} naming a setting out of range
   */
  static async open(log: PartitionedLog, handler: StreamHandler, options: MappingOptions): Promise<EventSourceMapping> {
    const settings = MappingSettingsSchema.parse(options.settings ?? {});
    return new EventSourceMapping(log, await log.consumer(options.name), handler, options, settings);
  }

  start(): void {
    this.workers ??= Promise.all(
      this.shards().map((shard) =>
        runShard(shard, {
          log: this.log,
          consumer: this.consumer,
          handler: this.handler,
          functionName: this.options.name,
          settings: this.settings,
          destination: this.options.destination,
          timing: this.options.timing ?? REAL_TIMING,
          stopping: this.stopping.signal,
          onProgress: this.options.onProgress ?? ignore,
          onDiscarded: this.options.onDiscarded ?? ignore,
          onProblem: this.options.onProblem ?? ignore,
          onAdvance: () => this.advanced.ring(),
        }),
      ),
    );
  }

  /** Lets the batches in flight end and brings checkpoints to disk; what failed last is delivered again after a restart. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.workers;
    await this.consumer.flush();
    this.advanced.ring();
  }

  /**
   * Resolves when everything acknowledged before the call is processed and the checkpoints are on disk.
   *
   * @throws {MappingStopped} if it is stopped before
   */
  async caughtUp(): Promise<void> {
    const targets = this.shards().map((shard) => this.log.lastSequence(shard));
    while (targets.some((target, shard) => this.consumer.mark(shard).sequence < target)) {
      if (this.stopping.signal.aborted) throw new MappingStopped();
      await this.advanced.heard(this.stopping.signal);
    }
    await this.consumer.flush();
  }

  /** Processes everything acknowledged so far, then stops. */
  async drain(): Promise<void> {
    await this.caughtUp();
    await this.stop();
  }

  /** Has all that was acknowledged so far been processed in this shard, or given up? */
  isTaken(shardId: string): boolean {
    const shard = this.shards().find((index) => this.log.shardId(index) === shardId);
    return shard !== undefined && this.consumer.mark(shard).sequence >= this.log.lastSequence(shard);
  }

  lag(): Lag {
    let records = 0;
    let bytes = 0;
    for (const shard of this.shards()) {
      const unread = this.consumer.unreadBytes(shard);
      const numbers = this.log.lastSequence(shard) - this.consumer.mark(shard).sequence;
      records += Math.max(0, Math.min(numbers, Math.ceil(unread / FRAME_OVERHEAD_BYTES)));
      bytes += unread;
    }
    return { records, bytes };
  }

  private shards(): number[] {
    return Array.from({ length: this.log.shardCount }, (_, shard) => shard);
  }
}

function ignore(): void {}
