import type { ShardTail } from './ports';

/**
 * When the oldest record that waits came, of all shards (epoch milliseconds); undefined: none waits. What is known to wait is
 * told whatever else is unknown; that none waits only where every shard answered.
 */
export function oldestWaiting(tails: readonly ShardTail[]): number | 'unknown' | undefined {
  const known = tails.flatMap(({ waitingSince }) => (typeof waitingSince === 'number' ? waitingSince : []));
  if (known.length > 0) return known.reduce((a, b) => Math.min(a, b));
  return tails.some(({ waitingSince }) => waitingSince === 'unknown') ? 'unknown' : undefined;
}
