import { zoneOffset } from '../../domain/wall-clock';

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

/** A time of the week on a zone's wall clock. */
export interface WeeklyWindow {
  /** Days on which it begins. */
  readonly days: readonly Weekday[];
  /** Minutes since midnight; `to` ≤ `from` ends on the next day. 0 and 1440 are the whole day. */
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
}

/**
 * Is an instant within the window, by what the clock on the wall shows? On the day on which clocks are set forward, the hour
 * that is left out is in no window; on the day on which they are set back, the hour that comes twice is in it both times.
 */
export function isWithin({ days, from, to, timeZone }: WeeklyWindow, instant: number): boolean {
  const local = instant + zoneOffset(timeZone)(instant);
  const minute = Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS);
  const today = weekdayOf(local);
  if (from < to) return minute >= from && minute < to && days.includes(today);
  if (minute >= from) return days.includes(today);
  return minute < to && days.includes(weekdayOf(local - DAY_MS));
}

/** When the window that an instant lies in is left, to the minute; O(minutes of the window). Undefined if it lasts over a week. */
export function endOfWindow(window: WeeklyWindow, instant: number): number | undefined {
  const start = Math.floor(instant / MINUTE_MS) * MINUTE_MS;
  for (let at = start + MINUTE_MS; at <= start + 8 * DAY_MS; at += MINUTE_MS) if (!isWithin(window, at)) return at;
  return undefined;
}

/** `mon-fri`, `sat,sun`, `daily`; undefined if it makes no sense. */
export function readDays(text: string): readonly Weekday[] | undefined {
  if (text === 'daily') return WEEKDAYS;
  const ranges = text.split(',').map((part) => readRange(part.trim()));
  return ranges.every((range) => range !== undefined) ? ranges.flat() : undefined;
}

/** `08:30` to minutes; `24:00` is the end of the day. */
export function readTimeOfDay(text: string): number | undefined {
  const match = /^(\d\d):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const minutes = 60 * Number(match[1]) + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1_440 ? minutes : undefined;
}

export function windowWords({ days, from, to, timeZone }: WeeklyWindow): string {
  const when = days.length === 7 ? 'daily' : days.join(', ');
  return `${when} ${clockWords(from)} to ${clockWords(to)} ${timeZone}`;
}

function clockWords(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function readRange(text: string): readonly Weekday[] | undefined {
  const [first, last, ...rest] = text.split('-').map((name) => WEEKDAYS.indexOf(name.trim() as Weekday));
  if (first === undefined || first < 0 || rest.length > 0) return undefined;
  if (last === undefined) return [WEEKDAYS[first]!];
  if (last < 0) return undefined;
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => WEEKDAYS[(first + i) % 7]!);
}

function weekdayOf(local: number): Weekday {
  return WEEKDAYS[(((Math.floor(local / DAY_MS) + FIRST_WEEKDAY) % 7) + 7) % 7]!;
}
