/**
 * Randomness without a generator: a draw is a hash of who asks and of the timestamp, so any moment of the demo can be computed
 * alone, in any order, and again after a restart.
 */

/** Key of a stream of draws, an unsigned 32-bit number; parts are told apart. */
export function keyOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(parts)) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return mix(hash);
}

/** Uniform in (0, 1), never its ends: independent for different keys, counters and salts. O(1). */
export function uniform(key: number, counter: number, salt = 0): number {
  const low = counter >>> 0;
  const high = Math.floor(counter / 2 ** 32) >>> 0;
  const hash = mix(mix(mix(key + Math.imul(salt + 1, 0x9e3779b9)) ^ low) + high);
  return (hash + 0.5) / 2 ** 32;
}

/**
 * Noise of an instrument: mean 0, standard deviation 1, never beyond ±2.45 (triangular). It is bounded because the live phase
 * samples hundreds of times as densely as the history: with open tails it would meet values that no history had shown, rightly
 * called anomalies, though nobody injected them.
 */
export function noise(key: number, counter: number): number {
  return (uniform(key, counter, 1) + uniform(key, counter, 2) - 1) * Math.sqrt(6);
}

/** A count of this mean, with a Poisson count's variance; bounded as {@link noise} is unless the mean is small. */
export function count(key: number, counter: number, mean: number): number {
  if (mean > BOUNDED_FROM) return Math.round(mean + Math.sqrt(mean) * noise(key, counter));
  const u = uniform(key, counter);
  let n = 0;
  let term = Math.exp(-mean);
  let below = term;
  while (u > below && n < 4 * BOUNDED_FROM) {
    n++;
    term *= mean / n;
    below += term;
  }
  return n;
}

/** Above 6 the bounded draw cannot fall below 0. */
const BOUNDED_FROM = 7;

/** The items in an order that the key decides (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], key: number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(uniform(key, last) * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** The finaliser of MurmurHash3: every bit of the input touches every bit of the result. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
