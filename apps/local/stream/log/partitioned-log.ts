import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Position } from '../../../../shared/domain/position';
import { Admission } from './admission';
import { Consumer } from './consumer';
import { LogClosed } from './errors';
import { DATA_BYTES_MAX, KEY_BYTES_MAX } from './frame';
import { lockFolder } from './lock';
import { openManifest } from './manifest';
import {
  type Damage,
  endOf,
  type Mark,
  openShard,
  removeReadSegments,
  reserveSequences,
  type Shard,
  startOf,
} from './shard';
import { rememberingShardOfKey } from './shard-of-key';
import { ShardReader } from './shard-reader';
import { type EncodableRecord, ShardWriter } from './shard-writer';

/** A record as a producer hands it over. */
export interface LogRecord {
  /** Records of one key keep their order. 1 to 1,024 bytes of UTF-8. */
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface LogOptions {
  /** For a new log; one that exists keeps its own. */
  readonly shards?: number;
  /** A segment that reaches this is followed by a new one. */
  readonly segmentBytesMax?: number;
  /** While as many bytes wait for the slowest consumer, appends wait. */
  readonly unreadBytesMax?: number;
  /** Epoch milliseconds: the arrival of records. */
  readonly now?: () => number;
  /** Told of every stretch that cannot be read: once at opening, or when a reader meets it. */
  readonly onDamage?: (damage: Damage) => void;
  /** Told of a checkpoint that could not be read or written. */
  readonly onProblem?: (error: unknown) => void;
}

export interface AppendOptions {
  /** What to do while the log is full; 'wait' if absent. */
  readonly whenFull?: 'wait' | 'reject';
}

const MEBIBYTE = 1_048_576;
/** Handed over and not yet on disk: what a slow disk may cost in memory. */
const PENDING_BYTES_MAX = 32 * MEBIBYTE;
const CONSUMER_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * A durable log of records in shards, in one folder, for one process at a time; the local stand-in for a Kinesis stream.
 * What `append` acknowledged survives SIGKILL and power cuts; what it did not may be there or not. Damage on disk costs the
 * records it touches and no others. Disk: what is unread and one segment a shard. Memory: independent of the backlog.
 */
export class PartitionedLog {
  private readonly admission: Admission;
  private readonly writers: readonly ShardWriter[];
  private readonly shardOf: (partitionKey: string) => number;
  private readonly consumers = new Map<string, Consumer>();
  private readonly readers = new Set<ShardReader>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly folder: string,
    /** Identity: new for every log that is created. */
    readonly stream: string,
    private readonly shards: readonly Shard[],
    private readonly options: Required<LogOptions>,
    private readonly unlock: () => Promise<void>,
  ) {
    this.admission = new Admission(() => this.loadBytes(), options.unreadBytesMax);
    const onCommit = () => this.admission.review();
    this.writers = shards.map((shard) => new ShardWriter(shard, options.segmentBytesMax, onCommit));
    this.shardOf = rememberingShardOfKey(shards.length);
  }

  /**
   * Opens the log of a folder, or makes one. Cuts what an interrupted write left at a shard's end. O(last segment of each shard).
   *
   * @throws {LogUnusable} if another process has it open, or the folder's manifest is missing or unreadable
   */
  static async open(folder: string, options: LogOptions = {}): Promise<PartitionedLog> {
    const full: Required<LogOptions> = {
      shards: 4,
      segmentBytesMax: 16 * MEBIBYTE,
      unreadBytesMax: 256 * MEBIBYTE,
      now: Date.now,
      onDamage: () => undefined,
      onProblem: () => undefined,
      ...options,
    };
    const path = resolve(folder);
    await mkdir(path, { recursive: true });
    const unlock = await lockFolder(path);
    try {
      const manifest = await openManifest(path, full.shards, full.now());
      const indices = Array.from({ length: manifest.shards }, (_, index) => index);
      const shards = await Promise.all(indices.map((index) => openShard(path, index, manifest.salt, full.onDamage)));
      const log = new PartitionedLog(path, manifest.stream, shards, full, unlock);
      await log.openKnownConsumers();
      return log;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  get shardCount(): number {
    return this.shards.length;
  }

  shardId(shard: number): string {
    return this.shards[shard]!.id;
  }

  /**
   * Appends records in order; resolves with their positions, in that order, when all are safely on disk. Calls keep their
   * order by key even when nobody waits between them. Not atomic: on failure some may be there.
   *
   * @throws {RangeError} if a record is too large or a key is empty or too long; nothing is appended then
   * @throws {LogFull} when full and asked not to wait
   * @throws {LogWriteFailed} if the disk refuses; may be tried again
   * @throws {LogClosed} after close()
   */
  async append(records: readonly LogRecord[], options: AppendOptions = {}): Promise<Position[]> {
    if (this.closing !== undefined) throw new LogClosed();
    if (records.length === 0) return [];
    const encodable = records.map(toEncodable);
    const { positions, durable } = await this.admission.admit(
      () => this.handOver(encodable),
      options.whenFull ?? 'wait',
    );
    await durable;
    return positions;
  }

  /** A consumer by name, made at first use; a new one begins with the oldest record that is kept. */
  async consumer(name: string): Promise<Consumer> {
    if (!CONSUMER_NAME.test(name)) throw new RangeError(`"${name.slice(0, 64)}" is not a consumer's name`);
    const known = this.consumers.get(name);
    if (known !== undefined) return known;
    const consumer = await Consumer.open(join(this.folder, 'consumers', name), name, this.stream, this.shards, {
      onAdvance: () => this.admission.review(),
      onDurable: (shard) => this.removeRead(shard),
      onProblem: this.options.onProblem,
    });
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** Forgets a consumer; the log no longer keeps records for it. */
  async removeConsumer(name: string): Promise<void> {
    const consumer = this.consumers.get(name);
    if (consumer === undefined) return;
    await consumer.flush();
    this.consumers.delete(name);
    await rm(join(this.folder, 'consumers', name), { recursive: true, force: true });
    await Promise.all(this.shards.map((shard) => this.removeRead(shard)));
    this.admission.review();
  }

  /** Reads a shard from a mark on; from the oldest record that is kept if absent. Close it after use. */
  reader(shard: number, from?: Mark): ShardReader {
    const target = this.shards[shard]!;
    const reader: ShardReader = new ShardReader(target, from ?? startOf(target), this.options.onDamage, () => {
      this.readers.delete(reader);
    });
    this.readers.add(reader);
    return reader;
  }

  /** Sequence number of the last record on disk; 0 before the first. */
  lastSequence(shard: number): number {
    return this.shards[shard]!.lastSequence;
  }

  /** Bytes on disk that the slowest consumer has not processed; all that is kept if there is none. */
  get unreadBytes(): number {
    let sum = 0;
    this.shards.forEach((shard, index) => {
      sum += this.unreadOf(shard, index);
    });
    return sum;
  }

  /** Finishes writes under way, turns waiting appends away, brings checkpoints to disk. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.admission.close(new LogClosed());
    await Promise.all(this.writers.map((writer) => writer.close()));
    for (const consumer of this.consumers.values()) await consumer.flush().catch(this.options.onProblem);
    await Promise.all([...this.readers].map((reader) => reader.close()));
    await this.unlock();
  }

  private handOver(records: readonly EncodableRecord[]): { positions: Position[]; durable: Promise<unknown> } {
    if (this.closing !== undefined) throw new LogClosed();
    const now = this.options.now();
    const byShard = this.shards.map((): EncodableRecord[] => []);
    const shardOf = records.map((record) => {
      const shard = this.shardOf(record.partitionKey);
      byShard[shard]!.push(record);
      return shard;
    });
    const commits = byShard.map((part, shard) =>
      part.length === 0 ? undefined : this.writers[shard]!.append(part, now),
    );
    const next = commits.map((commit) => commit?.firstSequence ?? 0);
    const positions = shardOf.map((shard) => ({
      stream: this.stream,
      shard: this.shards[shard]!.id,
      sequence: String(next[shard]!++),
      index: 0,
    }));
    return { positions, durable: allSettledOrThrow(commits.map((commit) => commit?.durable)) };
  }

  private loadBytes(): number {
    let pending = 0;
    for (const writer of this.writers) pending += writer.pendingBytes;
    return pending >= PENDING_BYTES_MAX ? Number.POSITIVE_INFINITY : this.unreadBytes + pending;
  }

  private unreadOf(shard: Shard, index: number): number {
    let unread = 0;
    for (const consumer of this.consumers.values()) unread = Math.max(unread, consumer.unreadBytes(index));
    return this.consumers.size > 0 ? unread : endOf(shard) - (shard.segments[0]?.base ?? 0);
  }

  private async removeRead(shard: Shard): Promise<void> {
    const index = this.shards.indexOf(shard);
    const marks = [...this.consumers.values()].map((consumer) => consumer.durableMark(index).sequence);
    if (marks.length > 0) await removeReadSegments(shard, Math.min(...marks));
  }

  private async openKnownConsumers(): Promise<void> {
    const names = await readdir(join(this.folder, 'consumers')).catch(() => []);
    for (const name of names.filter((candidate) => CONSUMER_NAME.test(candidate))) {
      const consumer = await this.consumer(name);
      this.shards.forEach((shard, index) => {
        reserveSequences(shard, consumer.mark(index).sequence);
      });
    }
  }
}

function toEncodable({ partitionKey, data }: LogRecord): EncodableRecord {
  const keyBytes = Buffer.byteLength(partitionKey, 'utf8');
  if (keyBytes === 0 || keyBytes > KEY_BYTES_MAX)
    throw new RangeError(`a partition key has 1 to ${KEY_BYTES_MAX} bytes, not ${keyBytes}`);
  if (data.length > DATA_BYTES_MAX)
    throw new RangeError(`a record has ${data.length} bytes; at most ${DATA_BYTES_MAX} are taken`);
  return { partitionKey, keyBytes, data };
}

/** Waits for all, so that nothing is under way when the first failure is told. */
async function allSettledOrThrow(promises: readonly (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) if (result.status === 'rejected') throw result.reason;
}
