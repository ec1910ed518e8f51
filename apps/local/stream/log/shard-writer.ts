import { type FileHandle, open, truncate } from 'node:fs/promises';
import { LogWriteFailed } from './errors';
import { syncFolder, writeAll } from './files';
import { encodeFrame, FRAME_OVERHEAD_BYTES } from './frame';
import { type Segment, segmentPath } from './segment';
import { addSegment, type Shard } from './shard';

export interface EncodableRecord {
  readonly partitionKey: string;
  readonly keyBytes: number;
  readonly data: Uint8Array;
}

/** Frames of one call that wait to be written. */
interface Chunk {
  readonly bytes: Buffer;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly resolve: () => void;
  readonly reject: (error: LogWriteFailed) => void;
}

/** One write and one sync take at most about this much. */
const COMMIT_BYTES_MAX = 8 * 1_048_576;

/**
 * Appends to one shard with group commit: whatever is handed over while one write is being synced goes out with the next, under
 * one sync. Records are written in the order of the calls.
 */
export class ShardWriter {
  private queue: Chunk[] = [];
  private running: Promise<void> | undefined;
  private file: FileHandle | undefined;
  private mustRoll = false;
  /** Bytes handed over and not yet on disk. */
  pendingBytes = 0;

  constructor(
    private readonly shard: Shard,
    private readonly segmentBytesMax: number,
    private readonly onCommit: () => void,
  ) {}

  /**
   * Gives sequence numbers and takes the records over at once; the data may be reused when it returns.
   * `durable` resolves when they are safely on disk.
   */
  append(records: readonly EncodableRecord[], nowMs: number): { firstSequence: number; durable: Promise<void> } {
    const { shard } = this;
    const firstSequence = shard.nextSequence;
    const arrivalMs = Math.max(nowMs, shard.lastArrivalMs);
    shard.lastArrivalMs = arrivalMs;
    let size = 0;
    for (const record of records) size += FRAME_OVERHEAD_BYTES + record.keyBytes + record.data.length;
    const bytes = Buffer.allocUnsafeSlow(size);
    let at = 0;
    for (const { partitionKey, keyBytes, data } of records) {
      const sequence = shard.nextSequence++;
      at = encodeFrame(bytes, at, { sequence, arrivalMs, partitionKey, keyBytes, data }, shard.salt);
    }
    this.pendingBytes += size;
    const lastSequence = shard.nextSequence - 1;
    const durable = new Promise<void>((resolve, reject) => {
      this.queue.push({ bytes, firstSequence, lastSequence, resolve, reject });
    });
    this.running ??= this.run();
    return { firstSequence, durable };
  }

  /** Waits for what was handed over and closes the file. */
  async close(): Promise<void> {
    while (this.running !== undefined) await this.running;
    await this.file?.close();
    this.file = undefined;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const chunks = this.takeChunks();
      const size = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
      try {
        await this.commit(chunks, size);
        for (const chunk of chunks) chunk.resolve();
      } catch (cause) {
        const failure = new LogWriteFailed(`${this.shard.id} could not be written: ${reasonOf(cause)}`, { cause });
        for (const chunk of chunks) chunk.reject(failure);
        await this.abandonFile();
      }
      this.pendingBytes -= size;
      this.onCommit();
    }
    this.running = undefined;
  }

  private takeChunks(): Chunk[] {
    let size = 0;
    let count = 0;
    while (count < this.queue.length && (count === 0 || size < COMMIT_BYTES_MAX))
      size += this.queue[count++]!.bytes.length;
    return this.queue.splice(0, count);
  }

  private async commit(chunks: readonly Chunk[], size: number): Promise<void> {
    const segment = await this.openSegment(chunks[0]!.firstSequence);
    const bytes =
      chunks.length === 1
        ? chunks[0]!.bytes
        : Buffer.concat(
            chunks.map((chunk) => chunk.bytes),
            size,
          );
    await writeAll(this.file!, bytes, segment.bytes);
    await this.file!.datasync();
    segment.bytes += size;
    this.shard.lastSequence = chunks.at(-1)!.lastSequence;
    this.shard.grown.ring();
  }

  /** The segment to write to: the last one, or a new one when that is full or was given up. */
  private async openSegment(firstSequence: number): Promise<Segment> {
    const { shard } = this;
    const last = shard.segments.at(-1);
    if (last !== undefined && last.bytes < this.segmentBytesMax && !this.mustRoll) {
      this.file ??= await open(last.path, 'r+');
      return last;
    }
    await this.file?.close();
    this.file = undefined;
    this.file = await open(segmentPath(shard.folder, firstSequence), 'w');
    await syncFolder(shard.folder);
    this.mustRoll = false;
    return addSegment(shard, firstSequence);
  }

  /**
   * After a failed write or sync nobody knows what the disk holds behind the last acknowledged frame (a second sync may lie), so
   * the file is cut there and never written again.
   */
  private async abandonFile(): Promise<void> {
    const last = this.shard.segments.at(-1);
    await this.file?.close().catch(() => undefined);
    this.file = undefined;
    this.mustRoll = true;
    if (last !== undefined) await truncate(last.path, last.bytes).catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
