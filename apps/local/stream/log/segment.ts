import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readUpTo } from './files';
import { type DamagedRange, FrameCursor } from './frame-cursor';

/** A file of frames. Only the last one of a shard grows. */
export interface Segment {
  /** Sequence numbers in it begin here or later; also its name. */
  readonly first: number;
  readonly path: string;
  /** Where it begins in the count of all bytes of the shard since this log was opened. */
  readonly base: number;
  /** Bytes that are safely on disk; a frame ends here. */
  bytes: number;
}

const NAME = /^(\d{20})\.log$/;

export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(20, '0')}.log`);
}

/** The segments of a shard's folder, in order. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const firsts = (await readdir(folder))
    .map((name) => NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const segments: Segment[] = [];
  let base = 0;
  for (const first of firsts) {
    const path = segmentPath(folder, first);
    const bytes = (await stat(path)).size;
    segments.push({ first, path, base, bytes });
    base += bytes;
  }
  return segments;
}

export interface Recovery {
  /** Of the last good frame; undefined when there is none. */
  readonly lastSequence: number | undefined;
  /** Damage with good frames behind it: stays where it is. */
  readonly damaged: readonly DamagedRange[];
  /** Bytes of an unfinished write that were cut from the end; nothing in them had been acknowledged, as far as can be told. */
  readonly cutBytes: number;
}

/** Reads a segment to its end, cuts what an interrupted write left there, and makes the rest durable. O(bytes). */
export async function recoverSegment(segment: Segment, salt: number): Promise<Recovery> {
  const file = await open(segment.path, 'r+');
  try {
    const damaged: DamagedRange[] = [];
    const read = (offset: number, length: number) => readUpTo(file, offset, length);
    const cursor = new FrameCursor(read, salt, 0, segment.first - 1, (range) => damaged.push(range));
    let lastSequence: number | undefined;
    let goodEnd = 0;
    do {
      for (let frame = cursor.next(); frame !== undefined; frame = cursor.next()) {
        lastSequence = frame.sequence;
        goodEnd = cursor.offset;
      }
    } while (await cursor.fill(segment.bytes));
    const cutBytes = segment.bytes - goodEnd;
    if (cutBytes > 0) await file.truncate(goodEnd);
    // What survived a crash of the process may not survive one of the machine until it is synced.
    await file.sync();
    segment.bytes = goodEnd;
    return { lastSequence, damaged: damaged.filter((range) => range.offset < goodEnd), cutBytes };
  } finally {
    await file.close();
  }
}
