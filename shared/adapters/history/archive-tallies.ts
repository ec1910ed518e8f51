import type { RejectionReason } from '../../domain/data-point';
import type { DrawnShares } from '../../training/source-sample';
import type { FileRejectionReason } from '../files/read-item';

/** What an object of the archive, or a line of it, is not. */
export type DamageReason = FileRejectionReason | 'not-an-archive-line';

/** What could not be read of one object, for one reason. */
export interface Damage {
  readonly object: string;
  readonly reason: DamageReason;
  /** The first one, from 1; absent: the object as a whole, or from some place on. */
  readonly line?: number;
  /** Lines. */
  count: number;
}

/** What came of reading an archive. */
export interface ArchiveTallies {
  readonly objects: number;
  readonly lines: number;
  /** Data points given. */
  readonly points: number;
  /** Known when the first point is given. */
  readonly drawn: DrawnShares;
  /** Data points that were there before, at the same place of the stream. */
  readonly duplicates: number;
  /** Lines that do not say where in the stream they lay: they are in the order of arrival, and none is known to be a duplicate. */
  readonly unplaced: number;
  /** Elements of records that live detection puts into quarantine, by reason. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Lines, and ends of objects, that are none of the archive. */
  readonly damaged: number;
  /** The first of them, by object and reason. */
  readonly damage: readonly Damage[];
}

/** So many are named. */
const DAMAGE_MAX = 100;

/** Counts while an archive is read. */
export class ArchiveTally {
  objects = 0;
  lines = 0;
  points = 0;
  drawn: DrawnShares = { named: 1, others: 1 };
  duplicates = 0;
  unplaced = 0;
  damaged = 0;
  readonly rejected: Partial<Record<RejectionReason, number>> = {};
  readonly damage: Damage[] = [];

  reject(reason: RejectionReason): void {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }

  /** @param line absent: all that follows in the object */
  damageOf(object: string, reason: DamageReason, line?: number): void {
    this.damaged += 1;
    const last = this.damage.findLast((one) => one.object === object && one.reason === reason);
    if (last !== undefined) last.count += 1;
    else if (this.damage.length < DAMAGE_MAX)
      this.damage.push({ object, reason, ...(line === undefined ? {} : { line }), count: 1 });
  }
}

/** What was wrong, in one line. */
export function wordsOf({ objects, lines, rejected, damaged, damage }: ArchiveTallies): string {
  const words = [`${objects} objects with ${lines} lines`];
  const [first] = damage;
  if (first !== undefined) {
    const where = first.line === undefined ? first.object : `${first.object} line ${first.line}`;
    words.push(`${damaged} of them damaged, first ${where} (${first.reason})`);
  }
  for (const [reason, count] of Object.entries(rejected)) words.push(`${count} rejected (${reason})`);
  return words.join(', ');
}
