/**
 * How far small counts can be trusted. All are exact sums over the counts below: O(count) time, for counts up to some
 * ten thousands.
 */

/** What is as improbable as this is not taken for chance. */
export const CHANCE_MAX = 0.1;

/** P(at most `hits` of `trials`), each a hit with this probability. */
export function binomialAtMost(hits: number, trials: number, probability: number): number {
  let sum = 0;
  let logTerm = trials * Math.log1p(-probability);
  for (let k = 0; k <= Math.min(hits, trials); k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1)) + Math.log(probability) - Math.log1p(-probability);
  }
  return Math.min(1, sum);
}

/** P(at most `count` events) where `expected` come on average. */
export function poissonAtMost(count: number, expected: number): number {
  if (count < 0) return 0;
  let sum = 0;
  let logTerm = -expected;
  for (let k = 0; k <= count; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(expected) - Math.log(k + 1);
  }
  return Math.min(1, sum);
}

/** P(at least `count` events) where `expected` come on average. */
export function poissonAtLeast(count: number, expected: number): number {
  return 1 - poissonAtMost(count - 1, expected);
}

/** Normal quantile of a two-sided 90 %. */
const Z = 1.6449;

/**
 * Between which shares the true one lies, nine times in ten.
 * @see Wilson 1927, Journal of the American Statistical Association 22(158):209–212
 */
export function wilsonInterval(hits: number, trials: number): readonly [from: number, to: number] {
  if (trials === 0) return [0, 1];
  const share = hits / trials;
  const middle = share + Z ** 2 / (2 * trials);
  const reach = Z * Math.sqrt((share * (1 - share)) / trials + (Z / (2 * trials)) ** 2);
  const scale = 1 + Z ** 2 / trials;
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)];
}
