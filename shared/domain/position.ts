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
  // Of one length, as they nearly always are, texts are in the order of their numbers, leading zeros or not.
  if (a.length === b.length) return a < b ? -1 : a > b ? 1 : 0;
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
  private text: string | undefined;

  /** Oldest advance first. */
  private constructor(private readonly rows: readonly Row[]) {}

  static readonly empty = new Checkpoint([]);

  /** Kept at most: old shards leave first. More would grow the state with every resharding. */
  static readonly shardsMax = 16;

  /** @throws {Error} if the text was not written by {@link encode} */
  static decode(text: string): Checkpoint {
    const rows = JSON.parse(text) as Row[];
    if (!rows.every((row) => typeof row[0] === 'string' && typeof row[1] === 'string'))
      throw new Error('no checkpoint');
    return new Checkpoint(rows);
  }

  /** Oldest advance first; the same history always gives the same text. */
  encode(): string {
    this.text ??= JSON.stringify(this.rows);
    return this.text;
  }

  /** Was this position absorbed before? */
  covers(position: Position): boolean {
    const last = this.rowOf(position);
    return last !== undefined && compare(position.sequence, position.index, last) <= 0;
  }

  /** Does it cover what the other one absorbed last? */
  reaches(other: Checkpoint): boolean {
    const newest = other.rows.at(-1);
    if (newest === undefined) return true;
    const own = this.rows.find(([key]) => key === newest[0]);
    return own !== undefined && compare(newest[1], newest[2], own) <= 0;
  }

  /** With this position absorbed. Positions of one shard must come in order. */
  advanced(position: Position): Checkpoint {
    const last = this.rowOf(position);
    const next = last === undefined ? [...this.rows] : this.rows.filter((row) => row !== last);
    next.push([last?.[0] ?? `${position.stream}/${position.shard}`, position.sequence, position.index]);
    return new Checkpoint(next.length > Checkpoint.shardsMax ? next.slice(-Checkpoint.shardsMax) : next);
  }

  /**
   * Does the source go back to a shard that it had left? Its order is then lost, its data are not. A shard that is new to it is
   * no sign of that: after a resharding every source has one.
   */
  isMisrouted(position: Position): boolean {
    const last = this.rowOf(position);
    return last !== undefined && this.rows.at(-1) !== last;
  }

  private rowOf({ stream, shard }: Position): Row | undefined {
    const length = stream.length + 1 + shard.length;
    // No text is made for the comparison: there are several for every point.
    for (const row of this.rows) {
      const [key] = row;
      if (key.length === length && key[stream.length] === '/' && key.startsWith(stream) && key.endsWith(shard))
        return row;
    }
    return undefined;
  }
}

/** Of a stream's shard, `stream/shard`, what was absorbed last. */
type Row = readonly [key: string, sequence: string, index: number];

function compare(sequence: string, index: number, [, lastSequence, lastIndex]: Row): number {
  return compareSequences(sequence, lastSequence) || index - lastIndex;
}

/**
 * The same checkpoint in other bytes: whoever loaded it before loses the comparison when he commits. For changes of a source's
 * state that absorb no point.
 */
export function touchedCheckpoint(encoded: Uint8Array): Uint8Array {
  // White space, which decoding ignores; the next commit that absorbs a point writes without.
  return Uint8Array.of(...encoded, 0x20);
}
