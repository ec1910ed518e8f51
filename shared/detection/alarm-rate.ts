import { ALARM_RATES } from './alarm-rates';
import { toUnit } from './built-in-model';

const WEEK_MS = 7 * 86_400_000;
/** Rates beyond the end of a curve are a guess, and no guess asks for more than this. */
const ODDS_MAX = 3;

/**
 * How often alarms at least so strong begin an episode, after a history of so many points. Rates are in episodes a hold, the
 * time for which an alarm holds weaker ones back: in that unit series of any cadence agree.
 */
export interface RateCurve {
  readonly learnt: number;
  /** [odds, rate], odds rising, rates falling. */
  readonly rates: readonly (readonly [odds: number, rate: number])[];
}

/**
 * The threshold at which a sound series alarms about so many times a week: the usual distribution of the built-in score's
 * alarms, inverted. It is pooled over series because scores are already calibrated series by series: on NAB a series' rate of
 * alarms in its first half says nothing about its second (correlation 0.03). It needs no labels and no memory, and sinks as
 * history grows.
 *
 * @param perWeek > 0; what a slow series cannot give (an hourly one speaks about seven times a week) gives the lowest threshold
 * @param holdMs how long an alarm of the series holds, by its learnt cadence
 * @param learnt points learnt
 * @returns in (0, 1), on the scale of `alarm_score`
 */
export function thresholdFor(perWeek: number, holdMs: number, learnt: number): number {
  const perHold = (perWeek * holdMs) / WEEK_MS;
  const curves = ALARM_RATES;
  const next = curves.findIndex((curve) => curve.learnt > learnt);
  if (next === 0) return toUnit(oddsOf(curves[0]!, perHold));
  if (next < 0) return toUnit(oddsOf(curves[curves.length - 1]!, perHold));
  const [younger, older] = [curves[next - 1]!, curves[next]!];
  const share = Math.log(learnt / younger.learnt) / Math.log(older.learnt / younger.learnt);
  return toUnit((1 - share) * oddsOf(younger, perHold) + share * oddsOf(older, perHold));
}

/** The odds at which a curve gives a rate: between its points, and beyond its end, the logarithm of the rate is even. */
function oddsOf({ rates }: RateCurve, rate: number): number {
  if (rate >= rates[0]![1]) return rates[0]![0];
  const found = rates.findIndex(([, other]) => other <= rate);
  const at = found < 0 ? rates.length - 1 : found;
  const [odds, here] = rates[at]!;
  const [oddsBefore, before] = rates[at - 1]!;
  return Math.min(ODDS_MAX, oddsBefore + (odds - oddsBefore) * (Math.log(before / rate) / Math.log(before / here)));
}
