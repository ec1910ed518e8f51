import type { RecentRow } from '../../../shared/detection/ports';
import { type Checkpoint, comparePositions, type Position } from '../../../shared/domain/position';
import type { PlacedPoint } from '../plan-batch';

/** Rows that a state should have learnt and has not. */
export interface MissingRows {
  readonly rows: readonly RecentRow[];
  /** The state has learnt of what was read too, so that nothing is missing in between. */
  readonly isGapless: boolean;
  /**
   * There are rows from behind the batch: a longer attempt stored them and died, or the batch is an older one that comes again.
   * Nobody can say which, so the batch is worked, and what it has not learnt then is missing before a later one.
   */
  readonly isOvertaken: boolean;
}

/**
 * Stored rows of a source that its checkpoint does not cover and that came before the batch: what the batch itself stored in
 * an attempt that died is no loss. Rows of other streams are not looked at; their order to this one is not known.
 *
 * @param fresh the batch's points that the checkpoint does not cover, at least one
 */
export function missingRows(
  stored: readonly RecentRow[],
  fresh: readonly PlacedPoint[],
  checkpoint: Checkpoint,
): MissingRows {
  const { stream } = fresh[0]!.position;
  const begins = new Map<string, Position>();
  const ends = new Map<string, Position>();
  for (const { position } of fresh) {
    if (!begins.has(position.shard)) begins.set(position.shard, position);
    ends.set(position.shard, position);
  }
  const isBehind = (row: RecentRow) => {
    const end = ends.get(row.shard);
    return end !== undefined && comparePositions(row, end) > 0;
  };
  // What was stored while there was no memory for the source was never to be learnt.
  const own = stored.filter((row) => row.stream === stream && row.unscored !== true);
  const rows = own.filter((row) => {
    const begin = begins.get(row.shard);
    return !checkpoint.covers(row) && (begin === undefined || comparePositions(row, begin) < 0);
  });
  // Late rows lie among older ones in time: they say nothing of what came between.
  const oldest = own.find(({ late }) => !late);
  return {
    rows,
    isGapless: oldest !== undefined && checkpoint.covers(oldest),
    isOvertaken: own.some(isBehind),
  };
}
