import { F32, HOUR, WEEK } from './metric-layout';
import type { MetricState } from './metric-state';

/** Fixed point of usual values by hour of week: compressed values beyond ±8 are no season. */
const WEEK_UNIT = 4096;
const WEEK_MAX = 32767;
const UNKNOWN = -32768;
const VISITS_MAX = 255;
/** Before an hour's deviation is known. */
const DEVIATION_FIRST = 0.5;

/** Result of {@link judgeSeason}, overwritten by each call; see the features of the same names. */
export const seasonal = { hourScaled: 0, hour: 0, hourSustained: 0, weekSustained: 0 };

export function startSeason({ f32, i16 }: MetricState): void {
  f32[F32.hourUsual] = DEVIATION_FIRST;
  f32[F32.weekUsual] = DEVIATION_FIRST;
  i16.fill(UNKNOWN, WEEK.mean, WEEK.mean + 168);
  f32.fill(DEVIATION_FIRST, HOUR.deviation, HOUR.deviation + 24);
}

/**
 * Sets {@link seasonal}: deviations of a compressed value from what is usual at this hour of the day and of the week, at
 * once and accumulated, and the error against the hour of the day. Moves the accumulated ones.
 */
export function judgeSeason(state: MetricState, y: number, hour: number, hourOfWeek: number): void {
  const { f32, i16, u8 } = state;
  const error = y - f32[HOUR.mean + hour]!;
  if (u8[HOUR.visits + hour]! > 2) {
    const usual = accumulate(f32, F32.hourUsual, F32.hourSustained, error);
    seasonal.hourScaled = Math.abs(error) / (f32[HOUR.deviation + hour]! + 0.3 * usual + 0.02);
    seasonal.hour = Math.abs(error);
    seasonal.hourSustained = Math.abs(f32[F32.hourSustained]!);
  } else {
    seasonal.hourScaled = 0;
    seasonal.hour = 0;
    seasonal.hourSustained = 0;
  }
  const week = i16[WEEK.mean + hourOfWeek]!;
  if (week !== UNKNOWN) {
    accumulate(f32, F32.weekUsual, F32.weekSustained, y - week / WEEK_UNIT);
    seasonal.weekSustained = Math.abs(f32[F32.weekSustained]!);
  } else seasonal.weekSustained = 0;
}

/** Adds a deviation, in units of its usual size and within ±4, to a running mean of 20; gives the new usual size. */
function accumulate(f32: Float32Array, usualAt: number, sustainedAt: number, deviation: number): number {
  const usual = f32[usualAt]!;
  const scaled = Math.min(Math.max(deviation / (usual + 0.02), -4), 4);
  f32[sustainedAt]! += (scaled - f32[sustainedAt]!) / 20;
  f32[usualAt] = usual + 0.004 * (Math.min(Math.abs(deviation), 5 * usual) - usual);
  return f32[usualAt]!;
}

/** Learns what is usual at this hour of the day. */
export function learnHour({ f32, u8 }: MetricState, y: number, hour: number): void {
  const visits = Math.min(u8[HOUR.visits + hour]! + 1, VISITS_MAX);
  u8[HOUR.visits + hour] = visits;
  const gain = Math.max(0.02, 1 / visits);
  const error = y - f32[HOUR.mean + hour]!;
  f32[HOUR.mean + hour]! += gain * error;
  f32[HOUR.deviation + hour]! += gain * (Math.min(Math.abs(error), 4) - f32[HOUR.deviation + hour]!);
}

/** Learns what is usual at this hour of the week. */
export function learnWeek({ i16 }: MetricState, y: number, hourOfWeek: number): void {
  const usual = i16[WEEK.mean + hourOfWeek]!;
  const target = y * WEEK_UNIT;
  const learnt = usual === UNKNOWN ? target : usual + 0.1 * (target - usual);
  i16[WEEK.mean + hourOfWeek] = Math.round(Math.min(Math.max(learnt, -WEEK_MAX), WEEK_MAX));
}

/** Is the hour of the day known well enough to say what is usual then? */
export function knowsHour({ u8 }: MetricState, hour: number): boolean {
  return u8[HOUR.visits + hour]! > 2;
}

/** The usual compressed value at an hour of the day. */
export function usualAtHour({ f32 }: MetricState, hour: number): number {
  return f32[HOUR.mean + hour]!;
}
