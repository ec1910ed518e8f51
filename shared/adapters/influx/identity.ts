import { ANOMALY_KINDS, type AnomalyEvent } from '../../domain/anomaly-event';
import { compareSequences } from '../../domain/position';
import type { PointRow } from '../../domain/rows';
import { OFFSETS } from './time';

/**
 * InfluxDB has one point for a series and a nanosecond, and a later write of it replaces field by field. Which rows may meet
 * is therefore decided by the nanoseconds within their millisecond: see docs/decisions/0005-influx-identity.md.
 *
 * A row on time has offset 0 plus its revision. A late or unscored row, of which there may be several with one timestamp, has a
 * slot that follows from its position.
 */
export function pointOffset(row: PointRow): number {
  const slot = isBeside(row) ? 1 + (hash(positionText(row)) % LATE_SLOTS) : 0;
  return slot * REVISIONS + Math.min(row.revision, REVISIONS - 1);
}

/** Revisions from the last of these on replace each other, which is what readers would do. */
const REVISIONS = 100;
const LATE_SLOTS = OFFSETS / REVISIONS - 1;

type Preceding = Pick<PointRow, 'revision' | 'late' | 'unscored' | 'sequence' | 'index'>;

/** No memory saw to it that it is the only one of its timestamp. */
function isBeside({ late, unscored }: Pick<Preceding, 'late' | 'unscored'>): boolean {
  return late || unscored === true;
}

/** Negative when `a` is the one that readers see: higher revision, then on time and scored, then the earlier position. */
export function precedence(a: Preceding, b: Preceding): number {
  return (
    b.revision - a.revision ||
    Number(isBeside(a)) - Number(isBeside(b)) ||
    compareSequences(a.sequence, b.sequence) ||
    a.index - b.index
  );
}

/** Kinds and phases of one series and timestamp never meet; events that differ in their id alone hardly ever do. */
export function eventOffset({ kind, phase, id }: AnomalyEvent): number {
  const room = ANOMALY_KINDS.indexOf(kind) * PHASES.length + PHASES.indexOf(phase);
  return room * ROOM + (hash(id) % ROOM);
}

const PHASES: readonly AnomalyEvent['phase'][] = ['opened', 'updated', 'closed', 'corrected'];
const ROOM = Math.floor(OFFSETS / (ANOMALY_KINDS.length * PHASES.length));

function positionText({ stream, shard, sequence, index }: PointRow): string {
  return JSON.stringify([stream, shard, sequence, index]);
}

/** FNV-1a over UTF-16 units, 32 bits: spreads, and is the same on every machine. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}
