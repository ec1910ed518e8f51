import { wallClockOf } from './time-zone';

/** Epoch milliseconds, or NaN when the text is not a timestamp. */
export type ParseTimestamp = (text: string) => number;

const CALENDAR =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** What can be stored: the years 0000 to 9999. */
const MS_MIN = -62_167_219_200_000;
const MS_MAX = 253_402_300_799_999;

/**
 * Reads timestamps as files have them: ISO 8601 with or without zone, `YYYY-MM-DD HH:MM[:SS[.fff]]`, `YYYY-MM-DD` or with
 * slashes; or a number, by its magnitude epoch seconds (below 1e11), milliseconds, microseconds or nanoseconds.
 *
 * @param timeZone IANA zone of readings without one
 * @throws {RangeError} if the zone is unknown
 */
export function timestampParser(timeZone = 'UTC'): ParseTimestamp {
  const wallClock = wallClockOf(timeZone);
  return (text) => {
    const trimmed = text.trim();
    const calendar = CALENDAR.exec(trimmed);
    const ms = calendar
      ? calendarMs(calendar, wallClock)
      : NUMBER.test(trimmed)
        ? epochMs(Number(trimmed))
        : Number.NaN;
    return ms >= MS_MIN && ms <= MS_MAX ? ms : Number.NaN;
  };
}

/** Is it written as a date, rather than as a number that may be anything? */
export function isCalendarTime(text: string): boolean {
  return CALENDAR.test(text.trim());
}

function calendarMs(match: RegExpExecArray, wallClock: (localMs: number) => number): number {
  const year = Number(match[1]);
  const month = Number(match[3]);
  const day = Number(match[4]);
  const hour = Number(match[5] ?? 0);
  const minute = Number(match[6] ?? 0);
  const second = Number(match[7] ?? 0);
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const fraction = match[8] === undefined ? 0 : Math.trunc(Number(`0.${match[8]}`) * 1000 + 1e-6);
  const local = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  return match[9] === undefined ? wallClock(local) : local - zoneMs(match[9]);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function zoneMs(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

function epochMs(value: number): number {
  const size = Math.abs(value);
  if (size < 1e11) return Math.round(value * 1e3);
  if (size < 1e14) return Math.round(value);
  if (size < 1e17) return Math.floor(value / 1e3);
  return Math.floor(value / 1e6);
}
