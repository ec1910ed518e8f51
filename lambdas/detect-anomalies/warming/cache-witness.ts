import { isSameAscii } from '../../../shared/detection/same-text';
import { Checkpoint } from '../../../shared/domain/position';

/** Remembered at most, the latest ones; about 300 bytes each. */
const SOURCES_MAX = 50_000;
/** After a read that failed the store is not asked for so long. */
const REST_MS = 10_000;

/** What is remembered of a source. */
export interface Memory {
  /** A text, since bytes would keep the memory of those that they were made with. */
  readonly checkpoint: string;
  /** The incident after which the source was looked up, or committed by this process. */
  readonly incident: number;
  /** The store has rows of it from behind what was committed. */
  readonly isOvertaken: boolean;
}

/**
 * What this process saw committed. A cache that says otherwise has lost it, or has failed over to an older copy: a read that
 * begins after a commit has ended must see it. Costs no call. What others committed meanwhile only lies further ahead.
 *
 * An *incident* is a loss that stored rows confirm; from then on no state is trusted before it was compared with the store
 * once, also of sources that this process had not seen before.
 */
export class CacheWitness {
  private readonly memories = new Map<string, Memory>();
  private readonly verifiedShards = new Set<string>();
  private incidents = 0;
  private restsUntil = Number.NEGATIVE_INFINITY;

  /** What was committed last of each source, as far as known. To be taken *before* states are loaded. */
  seen(sources: readonly string[]): readonly (Memory | undefined)[] {
    return sources.map((source) => this.memories.get(source));
  }

  /** @param isOvertaken the store has rows of it from behind the batch: the next one must look whether they were learnt */
  committed(source: string, checkpoint: string, isOvertaken = false): void {
    this.memories.delete(source);
    this.memories.set(source, { checkpoint, incident: this.incidents, isOvertaken });
    if (this.memories.size <= SOURCES_MAX) return;
    for (const oldest of this.memories.keys()) {
      this.memories.delete(oldest);
      return;
    }
  }

  /** A loss is confirmed: everything is in doubt. */
  raise(): void {
    this.incidents += 1;
  }

  /** Is a loss known, and has the source not been looked up since? */
  isInDoubt(memory: Memory | undefined): boolean {
    return this.incidents > 0 && memory?.incident !== this.incidents;
  }

  get hasIncident(): boolean {
    return this.incidents > 0;
  }

  /** Has a sample of this shard's sources been compared with the store? A process does so when it first meets a shard. */
  isVerified(shard: string): boolean {
    return this.verifiedShards.has(shard);
  }

  verified(shard: string): void {
    this.verifiedShards.add(shard);
  }

  /** The store's reads failed: leave them alone for a while. */
  rest(now: number): void {
    this.restsUntil = now + REST_MS;
  }

  isResting(now: number): boolean {
    return now < this.restsUntil;
  }
}

const decoder = new TextDecoder();

/** Does a loaded checkpoint hold what was seen committed? One that cannot be read does not. */
export function holds(loaded: Uint8Array | undefined, seen: string): boolean {
  if (loaded === undefined) return false;
  // So it is for nearly all sources of a batch, and nothing has to be decoded.
  if (isSameAscii(loaded, seen)) return true;
  try {
    return Checkpoint.decode(decoder.decode(loaded)).reaches(Checkpoint.decode(seen));
  } catch {
    return false;
  }
}
