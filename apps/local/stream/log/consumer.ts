import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, replaceFile } from './files';
import { bytesUpTo, endOf, type Mark, type Shard, startOf } from './shard';

const CheckpointSchema = z.object({
  stream: z.string(),
  sequence: z.string().regex(/^\d{1,16}$/),
  segment: z.number().int().min(0),
  offset: z.number().int().min(0),
});

/** How far a consumer has come in one shard. */
class Progress {
  /** Of {@link endOf}'s count. */
  bytes: number;
  private writing: Promise<void> | undefined;

  constructor(
    readonly shard: Shard,
    /** What has been processed. */
    public mark: Mark,
    /** What is known to be processed after any crash; records before it may be removed. */
    public durable: Mark,
    private readonly write: (mark: Mark) => Promise<void>,
  ) {
    this.bytes = bytesUpTo(shard, mark);
  }

  /** Brings the mark to disk; many advances share one write. Rejects if the disk does not take it. */
  flush(): Promise<void> {
    if (this.durable === this.mark) return Promise.resolve();
    this.writing ??= this.writeLatest();
    return this.writing;
  }

  private async writeLatest(): Promise<void> {
    try {
      while (this.durable !== this.mark) {
        const mark = this.mark;
        await this.write(mark);
        this.durable = mark;
      }
    } finally {
      // In the same breath as the last look at the mark: an advance right after it begins a write of its own.
      this.writing = undefined;
    }
  }
}

/**
 * A named reader of the whole log, with a durable checkpoint for each shard. The log keeps what any consumer has not processed.
 * A checkpoint is written behind the consumer's back: after a crash it may lag, and records are then delivered again.
 */
export class Consumer {
  private constructor(
    readonly name: string,
    private readonly progress: readonly Progress[],
    private readonly onAdvance: () => void,
    private readonly onDurable: (shard: Shard) => Promise<void>,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /** Reads checkpoints, or writes the first ones: a consumer exists, and holds records back, from then on. */
  static async open(
    folder: string,
    name: string,
    stream: string,
    shards: readonly Shard[],
    events: {
      readonly onAdvance: () => void;
      readonly onDurable: (shard: Shard) => Promise<void>;
      readonly onProblem: (error: unknown) => void;
    },
  ): Promise<Consumer> {
    await mkdir(folder, { recursive: true });
    const progress = await Promise.all(
      shards.map(async (shard) => {
        const path = join(folder, `${shard.id}.json`);
        const write = (mark: Mark) =>
          replaceFile(path, JSON.stringify({ stream, ...mark, sequence: String(mark.sequence) }));
        const found = await readCheckpoint(path, stream, events.onProblem);
        if (found === undefined) await write(startOf(shard));
        const mark = found === undefined ? startOf(shard) : readable(shard, found);
        return new Progress(shard, mark, mark, write);
      }),
    );
    return new Consumer(name, progress, events.onAdvance, events.onDurable, events.onProblem);
  }

  /** What has been processed of a shard. */
  mark(shard: number): Mark {
    return this.progress[shard]!.mark;
  }

  /** The same, as far as it would survive a crash. */
  durableMark(shard: number): Mark {
    return this.progress[shard]!.durable;
  }

  /** Says that everything up to the mark is processed. Never goes back. Its write to disk goes on in the background. */
  advance(shard: number, mark: Mark): void {
    const progress = this.progress[shard]!;
    if (mark.sequence <= progress.mark.sequence) return;
    progress.mark = mark;
    progress.bytes = bytesUpTo(progress.shard, mark);
    this.onAdvance();
    // A failed write is made good by the next one; until then a crash means more to deliver again, nothing worse.
    this.flushShard(progress).catch(this.onProblem);
  }

  /** Bytes on disk that are not processed yet. */
  unreadBytes(shard: number): number {
    const progress = this.progress[shard]!;
    return endOf(progress.shard) - progress.bytes;
  }

  /** Resolves when every checkpoint is on disk. */
  async flush(): Promise<void> {
    await Promise.all(this.progress.map((progress) => this.flushShard(progress)));
  }

  private async flushShard(progress: Progress): Promise<void> {
    const before = progress.durable;
    await progress.flush();
    if (progress.durable !== before) await this.onDurable(progress.shard);
  }
}

/** An offset behind the end of its segment, which was cut, will lie within a frame some day: the segment is read from its start. */
function readable(shard: Shard, mark: Mark): Mark {
  const segment = shard.segments.find((candidate) => candidate.first === mark.segment);
  return segment !== undefined && mark.offset > segment.bytes ? { ...mark, offset: 0 } : mark;
}

async function readCheckpoint(
  path: string,
  stream: string,
  onProblem: (error: unknown) => void,
): Promise<Mark | undefined> {
  try {
    const parsed = CheckpointSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.stream !== stream) return undefined;
    return { sequence: Number(parsed.sequence), segment: parsed.segment, offset: parsed.offset };
  } catch (cause) {
    // Beginning again from the oldest record delivers some twice; stopping would deliver none.
    if (errorCode(cause) !== 'ENOENT')
      onProblem(new Error(`${path} is not a checkpoint; reading starts over`, { cause }));
    return undefined;
  }
}
