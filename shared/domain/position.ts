/** Where a data point stands in the stream; orders everything that one shard delivers. */
export interface Position {
  /** Identity of the stream. A stream deleted and made again, or a fresh local log, has a new one. */
  readonly stream: string;
  readonly shard: string;
  /** Decimal digits, ~56 of them on Kinesis: never a double. */
  readonly sequence: string;
  /** Index of the data point in its record, from 0. */
  readonly index: number;
}

/** Numeric order of two decimal strings of any length. */
export function compareSequences(a: string, b: string): number {
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Order of two positions of the same stream and shard. */
export function comparePositions(
  a: Pick<Position, 'sequence' | 'index'>,
  b: Pick<Position, 'sequence' | 'index'>,
): number {
  return compareSequences(a.sequence, b.sequence) || a.index - b.index;
}

/**
 * What a source has absorbed: for each stream and shard the last position.
 * A source is normally on one shard; more mean a resharding, a recreated stream or a producer that does not key by source.
 */
export class Checkpoint {
  private constructor(private readonly last: ReadonlyMap<string, { sequence: string; index: number }>) {}

  static readonly empty = new Checkpoint(new Map());

  /** Kept at most: old shards leave first. More would grow the state with every resharding. */
  static readonly shardsMax = 16;

  /** @throws {Error} if the text was not written by {@link encode} */
  static decode(text: string): Checkpoint {
    const rows = JSON.parse(text) as [string, string, number][];
    return new Checkpoint(new Map(rows.map(([key, sequence, index]) => [key, { sequence, index }])));
  }

  /** Oldest advance first; the same history always gives the same text. */
  encode(): string {
    return JSON.stringify([...this.last].map(([key, { sequence, index }]) => [key, sequence, index]));
  }

  /** Was this position absorbed before? */
  covers(position: Position): boolean {
    const last = this.last.get(keyOf(position));
    return last !== undefined && comparePositions(position, last) <= 0;
  }

  /** Does it cover what the other one absorbed last? */
  reaches(other: Checkpoint): boolean {
    const newest = [...other.last].at(-1);
    if (newest === undefined) return true;
    const own = this.last.get(newest[0]);
    return own !== undefined && comparePositions(newest[1], own) <= 0;
  }

  /** With this position absorbed. Positions of one shard must come in order. */
  advanced(position: Position): Checkpoint {
    const next = new Map(this.last);
    const key = keyOf(position);
    next.delete(key);
    next.set(key, { sequence: position.sequence, index: position.index });
    for (const oldest of next.keys()) {
      if (next.size <= Checkpoint.shardsMax) break;
      next.delete(oldest);
    }
    return new Checkpoint(next);
  }

  /**
   * Does the source go back to a shard that it had left? Its order is then lost, its data are not. A shard that is new to it is
   * no sign of that: after a resharding every source has one.
   */
  isMisrouted(position: Position): boolean {
    const key = keyOf(position);
    return this.last.has(key) && [...this.last.keys()].at(-1) !== key;
  }
}

/**
 * The same checkpoint in other bytes: whoever loaded it before loses the comparison when he commits. For changes of a source's
 * state that absorb no point.
 */
export function touchedCheckpoint(encoded: Uint8Array): Uint8Array {
  // White space, which decoding ignores; the next commit that absorbs a point writes without.
  return Uint8Array.of(...encoded, 0x20);
}

function keyOf(position: Position): string {
  return `${position.stream}/${position.shard}`;
}
