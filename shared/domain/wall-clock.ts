const DAY_MS = 86_400_000;
const DAYS_KEPT = 64;

/** Offset of the wall clock from UTC in milliseconds at an instant. */
export type ZoneOffset = (timestamp: number) => number;

const zones = new Map<string, ZoneOffset>();

/**
 * The wall clock of an IANA zone, daylight saving included. One calendar computation a day and zone, since the offset is
 * looked up by day; only on a day of change is the hour of change searched.
 *
 * @throws {RangeError} if the zone is not known
 */
export function zoneOffset(timeZone: string): ZoneOffset {
  const known = zones.get(timeZone);
  if (known) return known;
  const made = timeZone === 'UTC' ? () => 0 : cachedByDay(offsetByCalendar(timeZone));
  zones.set(timeZone, made);
  return made;
}

/** Is this the name of a zone that {@link zoneOffset} knows? */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A day in which the clock is set: the offset before, the instant of change, the offset after. */
interface Day {
  readonly before: number;
  readonly change: number;
  readonly after: number;
}

function cachedByDay(offsetAt: ZoneOffset): ZoneOffset {
  const days = new Map<number, Day>();
  let lastNumber = Number.NaN;
  let last: Day = { before: 0, change: Number.POSITIVE_INFINITY, after: 0 };
  return (timestamp) => {
    const number = Math.floor(timestamp / DAY_MS);
    if (number !== lastNumber) {
      let day = days.get(number);
      if (!day) {
        if (days.size >= DAYS_KEPT) days.clear();
        day = examine(number * DAY_MS, offsetAt);
        days.set(number, day);
      }
      lastNumber = number;
      last = day;
    }
    return timestamp < last.change ? last.before : last.after;
  };
}

/** Finds the change within a day, if there is one, to the second. */
function examine(start: number, offsetAt: ZoneOffset): Day {
  const before = offsetAt(start);
  const after = offsetAt(start + DAY_MS);
  if (before === after) return { before, change: Number.POSITIVE_INFINITY, after };
  let low = start;
  let high = start + DAY_MS;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return { before, change: high, after };
}

function offsetByCalendar(timeZone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (timestamp) => {
    const whole = Math.floor(timestamp / 1000) * 1000;
    const part = new Map<string, string>(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const number = (type: string) => Number(part.get(type));
    const year = part.get('era') === 'B' || part.get('era') === 'BC' ? 1 - number('year') : number('year');
    const wall = new Date(0);
    wall.setUTCFullYear(year, number('month') - 1, number('day'));
    wall.setUTCHours(number('hour'), number('minute'), number('second'));
    return wall.getTime() - whole;
  };
}
