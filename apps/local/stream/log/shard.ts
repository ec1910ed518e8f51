import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bell } from './bell';
import { syncFolder } from './files';
import type { DamagedRange } from './frame-cursor';
import { listSegments, recoverSegment, type Segment, segmentPath } from './segment';

/** A place between two records of a shard, as it is kept at rest: behind `sequence`. */
export interface Mark {
  readonly sequence: number;
  /** `first` of the segment, and the offset in it, where reading goes on. */
  readonly segment: number;
  readonly offset: number;
}

/** Damage found in a log; reading goes on behind it. */
export interface Damage extends DamagedRange {
  readonly file: string;
  /** 'cut': an unfinished write at the end, removed. 'skipped': unreadable, left in place. */
  readonly action: 'cut' | 'skipped';
}

/**
 * After a cut, sequence numbers jump by this much: more than any segment can hold, so that a number once given is never given
 * again to another record, even if the cut took what had been read before.
 */
const SEQUENCE_GAP = 2 ** 30;

/** What is known of one shard: its segments and how far they are safely on disk. Writers grow it, readers follow. */
export interface Shard {
  readonly id: string;
  readonly folder: string;
  readonly salt: number;
  readonly segments: Segment[];
  /** Last sequence number on disk; 0 before the first. */
  lastSequence: number;
  /** The next one to give. */
  nextSequence: number;
  /** No arrival lies before it: time goes on within a shard whatever the clock does. */
  lastArrivalMs: number;
  /** Rings when something was appended. */
  readonly grown: Bell;
}

export function shardId(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}

/** Opens a shard's folder and repairs its end. O(last segment). */
export async function openShard(
  logFolder: string,
  index: number,
  salt: number,
  onDamage: (damage: Damage) => void,
): Promise<Shard> {
  const folder = join(logFolder, shardId(index));
  await mkdir(folder, { recursive: true });
  const segments = await listSegments(folder);
  const shard: Shard = {
    id: shardId(index),
    folder,
    salt,
    segments,
    lastSequence: 0,
    nextSequence: 1,
    lastArrivalMs: 0,
    grown: new Bell(),
  };
  const last = segments.at(-1);
  if (last === undefined) return shard;
  const recovery = await recoverSegment(last, salt);
  for (const range of recovery.damaged) onDamage({ ...range, file: last.path, action: 'skipped' });
  if (recovery.cutBytes > 0) onDamage({ file: last.path, offset: last.bytes, bytes: recovery.cutBytes, action: 'cut' });
  shard.lastSequence = recovery.lastSequence ?? last.first - 1;
  shard.nextSequence = shard.lastSequence + 1 + (recovery.cutBytes > 0 ? SEQUENCE_GAP : 0);
  return shard;
}

/** No number at or below this one is given any more; a consumer has seen it, whatever became of the files. */
export function reserveSequences(shard: Shard, seen: number): void {
  if (seen >= shard.nextSequence) shard.nextSequence = seen + SEQUENCE_GAP;
}

/** Adds an empty segment behind the others. */
export function addSegment(shard: Shard, first: number): Segment {
  const segment = { first, path: segmentPath(shard.folder, first), base: endOf(shard), bytes: 0 };
  shard.segments.push(segment);
  return segment;
}

/** All bytes of the shard since it was opened, removed ones included: where its end lies. */
export function endOf(shard: Shard): number {
  const last = shard.segments.at(-1);
  return last === undefined ? 0 : last.base + last.bytes;
}

/** The oldest place that can still be read. */
export function startOf(shard: Shard): Mark {
  const first = shard.segments[0];
  return { sequence: (first?.first ?? shard.nextSequence) - 1, segment: first?.first ?? 0, offset: 0 };
}

/** A mark in the shard's count of bytes. A mark in a removed segment counts as the oldest place. */
export function bytesUpTo(shard: Shard, mark: Mark): number {
  const segment = shard.segments.findLast((candidate) => candidate.first <= mark.segment);
  if (segment === undefined) return shard.segments[0]?.base ?? 0;
  if (segment.first !== mark.segment) return segment.base + segment.bytes;
  return segment.base + Math.min(mark.offset, segment.bytes);
}

/** Removes segments of which every record is at or before `sequence`, never the last one. Returns how many. */
export async function removeReadSegments(shard: Shard, sequence: number): Promise<number> {
  let removed = 0;
  while (shard.segments.length > 1 && shard.segments[1]!.first <= sequence + 1) {
    const [segment] = shard.segments.splice(0, 1);
    await rm(segment!.path, { force: true });
    removed++;
  }
  if (removed > 0) await syncFolder(shard.folder);
  return removed;
}
