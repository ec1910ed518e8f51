import type { ReadItem } from './read-item';

/** What a format knows of a file once it has looked at its beginning. */
export interface OpenedItems {
  readonly header: readonly string[];
  readonly metrics: readonly string[];
  readonly hasSources: boolean;
  readonly notes: readonly string[];
  /** All items, those looked at included. */
  readonly batches: AsyncGenerator<readonly ReadItem[]>;
}

/** What is looked at before the first item is given: a format decides by it. */
export const LOOK_AHEAD_ITEMS = 100;

/**
 * Takes batches until there are enough items; the rest goes on behind them. What breaks the look ahead off is thrown at
 * once if nothing was seen, else by the rest.
 */
export async function lookAhead<T>(
  batches: AsyncGenerator<readonly T[]>,
): Promise<[seen: T[], rest: AsyncGenerator<readonly T[]>]> {
  const seen: T[] = [];
  try {
    while (seen.length < LOOK_AHEAD_ITEMS) {
      const next = await batches.next();
      if (next.done) break;
      for (const item of next.value) seen.push(item);
    }
  } catch (error) {
    if (seen.length === 0) throw error;
    return [seen, throwing(error)];
  }
  return [seen, batches];
}

// biome-ignore lint/correctness/useYield: it never gives anything, it stands where a generator is expected
async function* throwing<T>(error: unknown): AsyncGenerator<T> {
  throw error;
}
