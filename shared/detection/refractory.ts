import { EPISODE } from './metric-layout';
import type { MetricState } from './metric-state';

/** While an alarm holds, only one this much stronger speaks. */
const STRONGER = 1.05;

/**
 * The record refractory: after an alarm only a stronger one speaks for a while. It needs no threshold, so every score
 * counts as an alarm of its strength.
 *
 * @param odds of the alarm, on the scale of surprises
 * @param holdMs how long this alarm will hold if it speaks
 * @returns does it speak?
 */
export function speaks(state: MetricState, odds: number, timestamp: number, holdMs: number): boolean {
  if (!wouldSpeak(state, odds, timestamp)) return false;
  const { f64, f32 } = state;
  f64[EPISODE.alarmed] = timestamp;
  f32[EPISODE.peakOdds] = odds;
  f32[EPISODE.holdMs] = holdMs;
  return true;
}

/** As {@link speaks}, but nothing is remembered. */
export function wouldSpeak(state: MetricState, odds: number, timestamp: number): boolean {
  return odds > hurdleAt(state, timestamp);
}

/** Odds that an alarm must exceed to speak; 0 when no alarm holds. */
export function hurdleAt({ f64, f32 }: MetricState, timestamp: number): number {
  return hurdleOf(f64[EPISODE.alarmed]!, f32[EPISODE.peakOdds]!, f32[EPISODE.holdMs]!, timestamp);
}

/** Odds of the alarm that holds; 0 when none does. */
export function peakAt({ f64, f32 }: MetricState, timestamp: number): number {
  return timestamp - f64[EPISODE.alarmed]! <= f32[EPISODE.holdMs]! ? f32[EPISODE.peakOdds]! : 0;
}

/** The same of an alarm that is remembered elsewhere. */
export function hurdleOf(alarmed: number, peakOdds: number, holdMs: number, timestamp: number): number {
  return timestamp - alarmed <= holdMs ? STRONGER * peakOdds : 0;
}
