import { type FileHandle, open } from 'node:fs/promises';
import { errorCode, readUpTo } from './files';
import type { Frame } from './frame';
import { FrameCursor } from './frame-cursor';
import type { Segment } from './segment';
import type { Damage, Mark, Shard } from './shard';

/** A record as it is read back. */
export interface StoredRecord {
  /** Decimal digits; grows within a shard, with gaps. */
  readonly sequence: string;
  /** Epoch milliseconds; never falls within a shard. */
  readonly arrivalMs: number;
  readonly partitionKey: string;
  readonly data: Buffer;
  /** Where reading goes on behind it. */
  readonly mark: Mark;
}

export interface ReadLimits {
  readonly records: number;
  /** Sum of weights at most. */
  readonly bytes: number;
  /** Give the first record even if it is too heavy; else nothing would ever be read. True if absent. */
  readonly atLeastOne?: boolean;
  /** What a record counts; its data's bytes if absent. */
  readonly weigh?: (record: StoredRecord) => number;
}

/**
 * Reads one shard in order, from a mark on. Memory: one read-ahead. Only what is safely on disk is seen, so nothing read can
 * be undone by a crash.
 */
export class ShardReader {
  private segment: Segment | undefined;
  private file: FileHandle | undefined;
  private cursor: FrameCursor | undefined;
  /** Read and found too heavy for the last answer. */
  private kept: StoredRecord | undefined;
  private last: Mark;

  constructor(
    private readonly shard: Shard,
    from: Mark,
    private readonly onDamage: (damage: Damage) => void,
    private readonly onClose: () => void,
  ) {
    this.last = from;
  }

  /** After an empty answer: behind everything there was, unreadable stretches included. */
  get mark(): Mark {
    return this.last;
  }

  /** Did the last answer leave out a record that was too heavy for it? */
  get isHolding(): boolean {
    return this.kept !== undefined;
  }

  /** The next records, none if there are none yet. Calls must not overlap. */
  async next(limits: ReadLimits): Promise<StoredRecord[]> {
    const weigh = limits.weigh ?? ((record: StoredRecord) => record.data.length);
    const must = limits.atLeastOne === false ? 0 : 1;
    const records: StoredRecord[] = [];
    let weight = 0;
    while (records.length < limits.records) {
      const record = this.kept ?? this.fromWindow() ?? (await this.fromDisk());
      this.kept = undefined;
      if (record === undefined) break;
      weight += weigh(record);
      if (weight > limits.bytes && records.length >= must) {
        this.kept = record;
        break;
      }
      records.push(record);
    }
    return records;
  }

  /** Resolves when there may be more to read, or when the signal aborts. */
  async more(signal?: AbortSignal): Promise<void> {
    if (this.kept === undefined && this.shard.lastSequence <= this.last.sequence) await this.shard.grown.heard(signal);
  }

  async close(): Promise<void> {
    this.onClose();
    await this.leaveSegment();
  }

  private async leaveSegment(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    this.cursor = undefined;
    await file?.close();
  }

  private fromWindow(): StoredRecord | undefined {
    const frame = this.cursor?.next();
    return frame === undefined ? undefined : this.toRecord(frame);
  }

  private toRecord(frame: Frame): StoredRecord {
    const mark = { sequence: frame.sequence, segment: this.segment!.first, offset: this.cursor!.offset };
    this.last = mark;
    const { arrivalMs, partitionKey, data } = frame;
    return { sequence: String(frame.sequence), arrivalMs, partitionKey, data, mark };
  }

  private async fromDisk(): Promise<StoredRecord | undefined> {
    while (await this.ensureOpen()) {
      // Asked before filling: what is appended meanwhile to a segment that is then given up must not be passed over.
      const isLast = this.shard.segments.at(-1) === this.segment;
      const { lastSequence } = this.shard;
      while (await this.cursor!.fill(this.segment!.bytes)) {
        const record = this.fromWindow();
        if (record !== undefined) return record;
      }
      if (isLast) {
        this.passTo(lastSequence);
        return undefined;
      }
      await this.leaveSegment();
    }
    return undefined;
  }

  /** When the last records are unreadable, the place behind them is still reached. */
  private passTo(sequence: number): void {
    if (sequence > this.last.sequence)
      this.last = { sequence, segment: this.segment!.first, offset: this.cursor!.offset };
  }

  /** Opens the segment where reading goes on; false when there is none yet. */
  private async ensureOpen(): Promise<boolean> {
    if (this.cursor !== undefined) return true;
    for (;;) {
      const segment = this.segmentToRead();
      if (segment === undefined) return false;
      const file = await open(segment.path, 'r').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      });
      this.segment = segment;
      // Retention may take a segment of which nothing is left to read between the look and the opening.
      if (file === undefined) continue;
      this.file = file;
      const resumes = this.last.segment === segment.first && this.last.offset <= segment.bytes;
      this.cursor = new FrameCursor(
        (offset, length) => readUpTo(file, offset, length),
        this.shard.salt,
        resumes ? this.last.offset : 0,
        this.last.sequence,
        (range) => this.onDamage({ ...range, file: segment.path, action: 'skipped' }),
      );
      return true;
    }
  }

  private segmentToRead(): Segment | undefined {
    const { segments } = this.shard;
    const finished = this.segment;
    if (finished !== undefined) return segments.find((segment) => segment.first > finished.first);
    return segments.findLast((segment) => segment.first <= this.last.segment) ?? segments[0];
  }
}
