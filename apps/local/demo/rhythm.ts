import { uniform } from './draw';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOOD_MS = 6 * HOUR_MS;

/** How a kind of source moves with the calendar (UTC). */
export interface Rhythm {
  /** Load at 00:00, 03:00, … 21:00 of a working day; around 1 by day. */
  readonly day: readonly number[];
  /** Factor on Saturdays and Sundays. */
  readonly weekend: number;
  /** How much busier or quieter than usual some hours are, relative: news, weather, chance. */
  readonly mood: number;
  /** Regimes that come and go without regard to the hour; absent: one. */
  readonly modes?: { readonly dwellMs: number; readonly factors: readonly number[] };
}

/**
 * Load without noise, smooth in time: the curve of the day, eased into the weekend, times mood and regime.
 *
 * @param key decides the regimes
 * @param shiftMs how much earlier this source lives than its kind
 */
export function rhythmAt(rhythm: Rhythm, key: number, shiftMs: number, timestamp: number): number {
  const local = timestamp + shiftMs;
  const calendar = dayCurve(rhythm.day, local) * weekFactor(rhythm.weekend, local);
  return calendar * moodFactor(rhythm.mood, key, timestamp) * modeFactor(rhythm, key, timestamp);
}

function dayCurve(anchors: readonly number[], local: number): number {
  const position = (modulo(local, DAY_MS) / DAY_MS) * anchors.length;
  const index = Math.floor(position);
  const from = anchors[index % anchors.length]!;
  const to = anchors[(index + 1) % anchors.length]!;
  return from + (to - from) * eased(position - index);
}

/** 1 on working days, `weekend` at the weekend, three hours of easing around the midnights between them. */
function weekFactor(weekend: number, local: number): number {
  const easeHours = 3;
  // Day 0 of the epoch was a Thursday, so Saturday begins 48 hours in; the second half of the week counts down to it.
  const since = modulo(local - 2 * DAY_MS, 7 * DAY_MS) / HOUR_MS;
  const hours = since > 84 ? since - 168 : since;
  const share = (edge: number) => eased(Math.min(1, Math.max(0, (hours - edge) / easeHours + 0.5)));
  return 1 + (weekend - 1) * share(0) * (1 - share(48));
}

/** Eases from one level to the next every six hours. */
function moodFactor(mood: number, key: number, timestamp: number): number {
  const position = timestamp / MOOD_MS + uniform(key, 0, 2);
  const index = Math.floor(position);
  const levelAt = (knot: number) => 1 + mood * (2 * uniform(key, knot, 3) - 1);
  return levelAt(index) + (levelAt(index + 1) - levelAt(index)) * eased(position - index);
}

function modeFactor({ modes }: Rhythm, key: number, timestamp: number): number {
  if (modes === undefined) return 1;
  // Every source changes at a time of its own.
  const block = Math.floor(timestamp / modes.dwellMs + uniform(key, 0));
  return modes.factors[Math.floor(uniform(key, block, 1) * modes.factors.length)]!;
}

function eased(fraction: number): number {
  return (1 - Math.cos(Math.PI * fraction)) / 2;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
