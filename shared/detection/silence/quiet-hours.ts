import type { ZoneOffset } from '../../domain/wall-clock';
import { ALWAYS, F64, type SourceWatch, U8 } from './source-watch';

const HOUR_MS = 3_600_000;
const DAYS_IN_WEEK = 7;
/** An hour (day) is quiet after three days (weeks) without a word in it; a single word does not undo long quiet. */
const QUIET_BELOW = ALWAYS / 2;
/** Silence is followed no further than this: a source that never speaks again has no next loud hour. */
const HOURS_MAX = 24 * 14;

/**
 * Learns at which hours of the day and on which days of the week a source speaks. Call it with every delivery, in order. One
 * absence teaches each hour and each day at most once, so that one outage, however long, makes nothing quiet.
 *
 * @param hourly false for sources slower than an hour: of these nothing is learnt
 */
export function learnHours(watch: SourceWatch, at: number, zone: ZoneOffset, hourly: boolean): void {
  const { f64, u8 } = watch;
  const hour = Math.floor((at + zone(at)) / HOUR_MS);
  const last = f64[F64.hour]!;
  if (hour === last) return;
  f64[F64.hour] = hour;
  if (!hourly || last === 0 || hour < last) return;
  for (let missed = Math.max(last + 1, hour - 23); missed < hour; missed++) unheard(u8, U8.hours + hourOfDay(missed));
  heard(u8, U8.hours + hourOfDay(hour));
  const [day, lastDay] = [Math.floor(hour / 24), Math.floor(last / 24)];
  if (day !== lastDay) {
    for (let missed = Math.max(lastDay + 1, day - 6); missed < day; missed++) unheard(u8, U8.days + weekday(missed));
    heard(u8, U8.days + weekday(day));
  }
  const learnt = u8.subarray(U8.hours, U8.days + DAYS_IN_WEEK);
  // Where every hour is quiet none is: such a source has no hours.
  const isKnown = learnt.subarray(0, 24).some((share) => share >= QUIET_BELOW);
  u8[U8.hasQuiet] = isKnown && learnt.some((share) => share < QUIET_BELOW) ? 1 : 0;
}

/** Time between two moments that is not quiet, in milliseconds. */
export function loudTime(watch: SourceWatch, from: number, to: number, zone: ZoneOffset): number {
  if (watch.u8[U8.hasQuiet] === 0 || to - from > HOURS_MAX * HOUR_MS) return to - from;
  let loud = 0;
  for (let at = from; at < to; ) {
    const next = Math.min(to, nextHour(at, zone));
    if (!isQuiet(watch, at, zone)) loud += next - at;
    at = next;
  }
  return loud;
}

/** The moment at which so much time that is not quiet has passed. */
export function afterLoudTime(watch: SourceWatch, from: number, ms: number, zone: ZoneOffset): number {
  if (watch.u8[U8.hasQuiet] === 0) return from + ms;
  let left = ms;
  let at = from;
  for (let hours = 0; hours < HOURS_MAX; hours++) {
    const next = nextHour(at, zone);
    if (!isQuiet(watch, at, zone)) {
      if (next - at >= left) return at + left;
      left -= next - at;
    }
    at = next;
  }
  return at + left;
}

function isQuiet({ u8 }: SourceWatch, at: number, zone: ZoneOffset): boolean {
  const hour = Math.floor((at + zone(at)) / HOUR_MS);
  return u8[U8.hours + hourOfDay(hour)]! < QUIET_BELOW || u8[U8.days + weekday(Math.floor(hour / 24))]! < QUIET_BELOW;
}

/** Begin of the next hour of the wall clock. */
function nextHour(at: number, zone: ZoneOffset): number {
  const wall = at + zone(at);
  return at + (Math.floor(wall / HOUR_MS) + 1) * HOUR_MS - wall;
}

function heard(u8: Uint8Array, slot: number): void {
  u8[slot]! += Math.ceil((ALWAYS - u8[slot]!) / 4);
}

function unheard(u8: Uint8Array, slot: number): void {
  u8[slot]! -= Math.ceil(u8[slot]! / 4);
}

function hourOfDay(hour: number): number {
  return ((hour % 24) + 24) % 24;
}

function weekday(day: number): number {
  return ((day % DAYS_IN_WEEK) + DAYS_IN_WEEK) % DAYS_IN_WEEK;
}
