/** Something that stands at one item of an ordered sequence. */
export interface Head {
  /** Goes on to the next item. @returns false: there is none */
  advance(): boolean;
}

/**
 * Ordered sequences as one. Kept sorted by their heads, so that sequences of which one ends before the next begins, as they
 * mostly do here, cost one comparison an item. O(1) an item then, O(sequences) at worst.
 */
export class Merged<One extends Head> {
  private readonly heads: One[];

  /** @param heads at their first items */
  constructor(
    heads: readonly One[],
    private readonly compare: (a: One, b: One) => number,
  ) {
    this.heads = [...heads].sort(compare);
  }

  /** The sequence that holds the next item; undefined: all are at their ends. */
  get first(): One | undefined {
    return this.heads[0];
  }

  /** How many sequences are not at their ends. */
  get size(): number {
    return this.heads.length;
  }

  /** Goes past the next item. */
  advance(): void {
    const moved = this.heads[0]!;
    if (!moved.advance()) {
      this.heads.shift();
      return;
    }
    let at = 0;
    for (; at + 1 < this.heads.length && this.compare(moved, this.heads[at + 1]!) > 0; at++)
      this.heads[at] = this.heads[at + 1]!;
    this.heads[at] = moved;
  }
}
