import { decodeFrame, FRAME_MAGIC, type Frame } from './frame';

/** A stretch of a file that holds no readable frame. */
export interface DamagedRange {
  readonly offset: number;
  readonly bytes: number;
}

/** Reads up to `length` bytes at `offset` into a buffer of its own; fewer only where the file ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const READ_BYTES = 1_048_576;

/**
 * Walks the frames of one file. What cannot be read is stepped over to the next good frame and reported; a frame whose sequence
 * number does not grow is stepped over too. Memory: one read-ahead, 1 MiB or one frame. The same walk serves readers and recovery.
 */
export class FrameCursor {
  private window: Buffer = Buffer.alloc(0);
  private at = 0;
  private damagedFrom: number | undefined;

  constructor(
    private readonly read: ReadAt,
    private readonly salt: number,
    /** Offset in the file where the window begins. */
    private windowOffset: number,
    private lastSequence: number,
    private readonly onDamage: (range: DamagedRange) => void,
  ) {}

  /** Where the next frame is looked for. */
  get offset(): number {
    return this.windowOffset + this.at;
  }

  /** The next frame that is in memory already; undefined when more must be read first. */
  next(): Frame | undefined {
    while (this.at < this.window.length) {
      const found = decodeFrame(this.window, this.at, this.salt);
      if (found === 'short') return undefined;
      if (found === 'damaged') {
        this.skip();
        continue;
      }
      this.endDamage();
      this.at += found.bytes;
      if (found.sequence <= this.lastSequence) continue;
      this.lastSequence = found.sequence;
      return found;
    }
    return undefined;
  }

  /** Reads on, no further than `end`, which is where a frame ends. False when everything before it has been read. */
  async fill(end: number): Promise<boolean> {
    const known = this.windowOffset + this.window.length;
    const rest = this.window.length - this.at;
    if (known >= end) return this.giveUpRest(rest);
    // A window that grows by its own size reads a large frame in a few steps and never more than twice over.
    const more = await this.read(known, Math.min(end - known, Math.max(READ_BYTES, rest)));
    if (more.length === 0) return this.giveUpRest(rest);
    this.windowOffset += this.at;
    this.window = rest === 0 ? more : Buffer.concat([this.window.subarray(this.at), more]);
    this.at = 0;
    return true;
  }

  /** What begins like a frame and has no end is damage as well; something good may lie inside it. */
  private giveUpRest(rest: number): boolean {
    if (rest > 0) this.skip();
    if (this.at < this.window.length) return true;
    this.endDamage();
    return false;
  }

  private skip(): void {
    this.damagedFrom ??= this.offset;
    const found = this.window.indexOf(FRAME_MAGIC, this.at + 1);
    // The magic may straddle the end of the window.
    this.at = found >= 0 ? found : Math.max(this.at + 1, this.window.length - FRAME_MAGIC.length + 1);
  }

  private endDamage(): void {
    if (this.damagedFrom === undefined) return;
    this.onDamage({ offset: this.damagedFrom, bytes: this.offset - this.damagedFrom });
    this.damagedFrom = undefined;
  }
}
