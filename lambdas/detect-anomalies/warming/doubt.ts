import { CHECKPOINT_FIELD, type StateFields } from '../../../shared/detection/ports';
import { Checkpoint } from '../../../shared/domain/position';
import type { PlacedPoint, SourceWork } from '../plan-batch';
import { type CacheWitness, holds, type Memory } from './cache-witness';
import { decodeMark, WARMING_FIELD } from './warming-mark';

/** Why a memory may not be what it was. */
export type Doubt =
  | 'none'
  /** The cache knows nothing of the source: it is new, or was lost. */
  | 'unknown'
  /** The cache knows it, and nobody here can say whether that is all. */
  | 'unproved'
  /**
   * The cache knows less than this process has seen committed, it could not be filled in an earlier batch, or the store had rows
   * from behind that batch.
   */
  | 'certain';

/** One source of a batch, and what its memory would be filled from. */
export interface Case {
  readonly work: SourceWork;
  readonly loaded: StateFields | undefined;
  /** What filling begins with: the loaded state, or nothing where that is lost or too young to be worth it. */
  readonly base: { readonly fields: StateFields | undefined; readonly checkpoint: Checkpoint };
  /** What the batch goes on from when it is not filled. */
  readonly fallback: StateFields | undefined;
  /** Points of the batch that the loaded checkpoint does not cover. */
  readonly fresh: readonly PlacedPoint[];
  readonly doubt: Doubt;
}

/** @param seen what this process saw committed of it before it was loaded */
export function caseOf(
  work: SourceWork,
  loaded: StateFields | undefined,
  seen: Memory | undefined,
  witness: CacheWitness,
): Case {
  if (decodeMark(loaded?.get(WARMING_FIELD))?.isPending) return lostCase(work, loaded, loaded);
  const saved = loaded?.get(CHECKPOINT_FIELD);
  const doubt = doubtOf(saved, seen, witness);
  const checkpoint = doubt === 'none' ? undefined : decoded(saved);
  // One that cannot be read is found out when the batch goes on from it.
  if (checkpoint === undefined) return { work, loaded, base: NOTHING, fallback: loaded, fresh: [], doubt: 'none' };
  const base = { fields: loaded, checkpoint };
  return settled({ work, loaded, base, fallback: loaded, fresh: freshOf(work, checkpoint), doubt });
}

/** One that is filled from nothing. @param fallback absent: the loaded state is of no use at all */
export function lostCase(work: SourceWork, loaded: StateFields | undefined, fallback?: StateFields): Case {
  const fresh = freshOf(work, decoded(loaded?.get(CHECKPOINT_FIELD)) ?? Checkpoint.empty);
  return settled({ work, loaded, base: NOTHING, fallback, fresh, doubt: 'certain' });
}

const NOTHING = { fields: undefined, checkpoint: Checkpoint.empty };

function doubtOf(saved: Uint8Array | undefined, seen: Memory | undefined, witness: CacheWitness): Doubt {
  if (seen !== undefined) {
    if (!holds(saved, seen.checkpoint) || seen.isOvertaken) return 'certain';
    return witness.isInDoubt(seen) ? 'unproved' : 'none';
  }
  return saved === undefined ? 'unknown' : 'unproved';
}

/** With nothing to absorb, nothing will be committed. */
function settled(one: Case): Case {
  return one.fresh.length === 0 ? { ...one, doubt: 'none' } : one;
}

function freshOf({ points }: SourceWork, checkpoint: Checkpoint): PlacedPoint[] {
  return points.filter(({ position }) => !checkpoint.covers(position));
}

const decoder = new TextDecoder();

function decoded(saved: Uint8Array | undefined): Checkpoint | undefined {
  if (saved === undefined) return Checkpoint.empty;
  try {
    return Checkpoint.decode(decoder.decode(saved));
  } catch {
    return undefined;
  }
}
