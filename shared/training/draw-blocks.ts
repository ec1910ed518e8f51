import { sampleHash } from './sample-hash';

/**
 * Draws as many blocks as there are, with replacement: what chance could have made of the same weeks. The same round gives the
 * same draw, whatever is measured on it. Seeded (xorshift32).
 *
 * @returns how often each block was drawn
 * @see Künsch 1989, The jackknife and the bootstrap for general stationary observations, Annals of Statistics 17(3)
 * @see Marsaglia 2003, Xorshift RNGs, Journal of Statistical Software 8(14)
 */
export function drawBlocks(blocks: number, seed: number, round: number): Uint32Array {
  const drawn = new Uint32Array(blocks);
  let state = sampleHash(seed, 'draw', round) || 1;
  for (let i = 0; i < blocks; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    drawn[Math.floor(((state >>> 0) / 2 ** 32) * blocks)]! += 1;
  }
  return drawn;
}

/** Where the middle share of values lies; undefined where less than half of them are numbers. O(n log n). */
export function intervalOf(values: readonly number[], level: number): readonly [number, number] | undefined {
  const known = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (known.length === 0 || known.length < values.length / 2) return undefined;
  const at = (share: number) => known[Math.round(share * (known.length - 1))]!;
  return [at((1 - level) / 2), at((1 + level) / 2)];
}
