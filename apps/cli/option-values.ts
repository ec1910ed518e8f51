import { InvalidArgumentError } from 'commander';
import { isTimeZone } from '../../shared/domain/wall-clock';

/** Parsers of option values; commander turns what they throw into a usage error that names the option. */

export function aFraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) throw new InvalidArgumentError('It must lie between 0 and 1.');
  return value;
}

export function aNumberOfHours(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 720))
    throw new InvalidArgumentError('It must be a number of hours up to 720.');
  return value;
}

/** 0 is none. */
export function aShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 0.5))
    throw new InvalidArgumentError('It must lie between 0 and 0.5.');
  return value;
}

/** What `--alarms-per-week` of costs and sizes says. */
export const ALARMS_PER_WEEK =
  'alarms of a series in a week, its part of those of relations among them (default: as measured at the default threshold)';

export function aNumberPerWeek(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1_000))
    throw new InvalidArgumentError('It must be above 0 and at most 1000.');
  return value;
}

export function aTimeZone(text: string): string {
  if (!isTimeZone(text)) throw new InvalidArgumentError('It must be an IANA time zone, as Europe/Berlin.');
  return text;
}

export function aPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be 0 (any free one) to 65535.');
  return port;
}

export function aWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function aPositiveNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

export function aNumberOfSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0.1 && seconds <= 86_400))
    throw new InvalidArgumentError('It must be 0.1 to 86400 seconds.');
  return seconds;
}

export function anHttpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It must be an http:// or https:// URL.');
  return text;
}

export function aNumberOfPoints(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 10_000) throw new InvalidArgumentError('It must be 1 to 10000.');
  return Number(text);
}

export function aNumberOfDays(text: string): number {
  const days = Number(text);
  if (text.trim() === '' || !(days >= 0 && days <= 3_660)) throw new InvalidArgumentError('It must be 0 to 3660 days.');
  return days;
}

export function windowsOfPull(text: string): number {
  const windows = Number(text);
  if (text.trim() === '' || !(windows >= 0 && windows <= 1e6))
    throw new InvalidArgumentError('It must be 0 to 1000000.');
  return windows;
}

export function aMoment(text: string): number {
  const at = Date.parse(text);
  if (!/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(at))
    throw new InvalidArgumentError('It must be like 2026-11-22T13:00:00Z.');
  return at;
}
