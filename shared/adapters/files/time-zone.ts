import { zoneOffset } from '../../domain/wall-clock';

const DAY_MS = 86_400_000;

/** Epoch milliseconds of a wall clock reading, itself given as if it were UTC. */
export type WallClock = (localMs: number) => number;

/**
 * Wall clock of an IANA zone to instants. A reading that occurs twice (clocks set back) means the first of them; one that
 * does not occur (set forward) is taken as if clocks had not been changed yet. Offsets are looked up once a day of data,
 * or once a reading on days of change.
 *
 * @throws {RangeError} if the zone is unknown
 */
export function wallClockOf(timeZone: string): WallClock {
  const offsetAt = zoneOffset(timeZone);
  if (timeZone === 'UTC') return (localMs) => localMs;
  let day = Number.NaN;
  let offset: number | undefined;
  return (localMs) => {
    const today = Math.floor(localMs / DAY_MS);
    if (today !== day) {
      day = today;
      // Offsets lie within ±14 h, so these instants enclose the local day everywhere.
      const before = offsetAt((today - 1) * DAY_MS);
      offset = before === offsetAt((today + 2) * DAY_MS) ? before : undefined;
    }
    return localMs - (offset ?? offsetOn(localMs, offsetAt));
  };
}

/** On a day of change: the offset before it, unless only the one after it reads as asked. */
function offsetOn(localMs: number, offsetAt: (instant: number) => number): number {
  const before = offsetAt(localMs - DAY_MS);
  const after = offsetAt(localMs + DAY_MS);
  if (offsetAt(localMs - before) === before) return before;
  return offsetAt(localMs - after) === after ? after : before;
}
