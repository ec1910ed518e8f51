import type { RecentRow } from '../../../shared/detection/ports';
import { type Checkpoint, comparePositions, type Position } from '../../../shared/domain/position';
import type { PlacedPoint } from '../plan-batch';

/** Rows that a state should have learnt and has not. */
export interface MissingRows {
  readonly rows: readonly RecentRow[];
  /** The state has learnt of what was read too, so that nothing is missing in between. */
  readonly isGapless: boolean;
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
  for (const { position } of fresh) if (!begins.has(position.shard)) begins.set(position.shard, position);
  const own = stored.filter((row) => row.stream === stream);
  const rows = own.filter((row) => {
    const begin = begins.get(row.shard);
    return !checkpoint.covers(row) && (begin === undefined || comparePositions(row, begin) < 0);
  });
  return { rows, isGapless: own.some((row) => checkpoint.covers(row)) };
}
