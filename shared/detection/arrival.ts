import { F64, RECENT_NEXT, RECENT_TIMESTAMPS, U32 } from './metric-layout';
import type { MetricState } from './metric-state';
import type { Standing } from './source-detector';

/**
 * How a timestamp stands to what a metric has seen. Only the last 12 timestamps are remembered: an older one that comes
 * again counts as late, which changes nothing that was learnt.
 */
export function standingOf(state: MetricState, timestamp: number, allowedLatenessMs: number): Standing {
  if (!hasArrived(state)) return 'current';
  const newest = state.f64[F64.newest]!;
  if (timestamp > newest) return 'current';
  if (timestamp === newest || wasRecent(state, timestamp)) return 'duplicate';
  return newest - timestamp > allowedLatenessMs ? 'too-late' : 'late';
}

/** Has anything of this metric been taken yet? */
export function hasArrived({ u32 }: MetricState): boolean {
  return u32[U32.recent] !== 0;
}

/** Remembers that a value of this time was taken. */
export function noteArrival({ u32, u8 }: MetricState, timestamp: number): void {
  const next = u8[RECENT_NEXT]!;
  u32[U32.recent + next] = markOf(timestamp);
  u8[RECENT_NEXT] = (next + 1) % RECENT_TIMESTAMPS;
}

/** Was a value of this time taken of late? */
export function wasRecent({ u32 }: MetricState, timestamp: number): boolean {
  const mark = markOf(timestamp);
  for (let i = 0; i < RECENT_TIMESTAMPS; i++) if (u32[U32.recent + i] === mark) return true;
  return false;
}

/** The low half of the milliseconds: no two within 49 days share it. 0 stands for "empty". */
function markOf(timestamp: number): number {
  const low = timestamp - Math.floor(timestamp / 2 ** 32) * 2 ** 32;
  return low === 0 ? 1 : low;
}
