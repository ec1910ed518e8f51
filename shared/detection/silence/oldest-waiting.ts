import type { ShardTail } from './ports';

/** When the oldest record that waits came, of all shards (epoch milliseconds); undefined: none waits. */
export function oldestWaiting(tails: readonly ShardTail[]): number | undefined {
  const since = Math.min(...tails.map(({ waitingSince = Number.POSITIVE_INFINITY }) => waitingSince));
  return Number.isFinite(since) ? since : undefined;
}
