import { LIMITS } from '../../domain/limits';
import { InputError } from './read-item';

/** Consecutive lines without their ends. */
export interface LineBatch {
  /** Number of the first of them, from 1. */
  readonly first: number;
  readonly lines: readonly string[];
  /** Numbers of lines that were too long; their text here is empty. */
  readonly oversized: ReadonlySet<number>;
}

/** A line without end is no data: reading stops when one has this many bytes. */
const ENDLESS_BYTES = 64 * LIMITS.recordBytesMax;
const LF = 0x0a;
const NONE: ReadonlySet<number> = new Set();

/**
 * Splits bytes (UTF-8, a byte order mark is dropped) into lines, a chunk's worth at a time. A line of more than
 * `lineBytesMax` bytes is passed over without being kept, so memory is bounded whatever comes.
 *
 * @throws {InputError} when a line does not end within 64 MiB
 */
export async function* lineBatches(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number = LIMITS.recordBytesMax,
): AsyncGenerator<LineBatch> {
  let number = 1;
  let carry: Buffer = Buffer.alloc(0);
  /** Bytes of the oversized line that is being passed over; 0 when there is none. */
  let skipped = 0;
  let isFirst = true;
  for await (const next of chunks) {
    let chunk = next;
    if (skipped > 0) {
      const end = chunk.indexOf(LF);
      skipped += end < 0 ? chunk.length : end;
      if (skipped > ENDLESS_BYTES) throw endless(number);
      if (end < 0) continue;
      yield { first: number, lines: [''], oversized: new Set([number]) };
      number += 1;
      skipped = 0;
      chunk = chunk.subarray(end + 1);
    }
    const cut = chunk.lastIndexOf(LF) + 1;
    if (cut > 0) {
      const block = carry.length > 0 ? Buffer.concat([carry, chunk.subarray(0, cut - 1)]) : chunk.subarray(0, cut - 1);
      const batch = batchOf(block, number, isFirst, lineBytesMax);
      yield batch;
      number += batch.lines.length;
      isFirst = false;
      carry = Buffer.from(chunk.subarray(cut));
    } else {
      carry = carry.length > 0 ? Buffer.concat([carry, chunk]) : Buffer.from(chunk);
    }
    if (carry.length > lineBytesMax) {
      skipped = carry.length;
      carry = Buffer.alloc(0);
    }
  }
  if (skipped > 0) yield { first: number, lines: [''], oversized: new Set([number]) };
  else if (carry.length > 0) yield batchOf(carry, number, isFirst, lineBytesMax);
}

function batchOf(block: Buffer, first: number, isFirst: boolean, lineBytesMax: number): LineBatch {
  const text = block.toString('utf8');
  const lines = (isFirst && text.startsWith('\u{feff}') ? text.slice(1) : text).split('\n');
  if (text.includes('\r')) trimReturns(lines);
  // Only a block above the limit can hold a line above it.
  if (block.length <= lineBytesMax) return { first, lines, oversized: NONE };
  const oversized = new Set<number>();
  lines.forEach((line, index) => {
    if (line.length <= lineBytesMax) return;
    oversized.add(first + index);
    lines[index] = '';
  });
  return { first, lines, oversized };
}

function trimReturns(lines: string[]): void {
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (line.endsWith('\r')) lines[index] = line.slice(0, -1);
  }
}

function endless(line: number): InputError {
  return new InputError('too-large', `a line that does not end within ${ENDLESS_BYTES / 1_048_576} MiB`, line);
}
