import { ALARM_RATES } from './alarm-rates';

const WEEK_MS = 7 * 86_400_000;
/** Rates beyond the end of a curve are a guess, and no guess asks for more than this. */
const ODDS_MAX = 5;

/**
 * How often alarms at least so strong begin an episode, after a history of so many points. Rates are in episodes a hold, the
 * time for which an alarm holds weaker ones back: in that unit series of any cadence are nearly alike. What is left of their
 * difference each series learns of itself, see own-rate.ts.
 */
export interface RateCurve {
  readonly learnt: number;
  /** [odds, rate], odds rising, rates falling. */
  readonly rates: readonly (readonly [odds: number, rate: number])[];
}

/**
 * How rare an alarm is wanted to be: minus the natural logarithm of its rate a hold.
 *
 * @param perWeek > 0
 * @param holdMs how long an alarm of the series holds, by its learnt cadence
 */
export function rarityWanted(perWeek: number, holdMs: number): number {
  return Math.log(WEEK_MS / (perWeek * holdMs));
}

/**
 * How rare alarms of at least these odds usually are: minus the natural logarithm of their rate a hold on sound series.
 *
 * @param odds > 0, of an alarm of the built-in model
 * @param learnt points learnt
 */
export function usualRarity(odds: number, learnt: number): number {
  return atAge(learnt, (curve) => rarityOn(curve, odds));
}

/**
 * The odds that alarms so rare usually have: the usual curves, inverted. They need no labels and no memory, and the odds sink as
 * history grows.
 *
 * @param rarity as of {@link usualRarity}; what no curve gives (an hourly series speaks about seven times a week) gives the lowest odds
 */
export function usualOdds(rarity: number, learnt: number): number {
  return Math.min(
    ODDS_MAX,
    atAge(learnt, (curve) => oddsOn(curve, rarity)),
  );
}

/** Between two curves what they say is mixed by the logarithm of the points learnt. */
function atAge(learnt: number, on: (curve: RateCurve) => number): number {
  const next = ALARM_RATES.findIndex((curve) => curve.learnt > learnt);
  if (next === 0) return on(ALARM_RATES[0]!);
  if (next < 0) return on(ALARM_RATES[ALARM_RATES.length - 1]!);
  const [younger, older] = [ALARM_RATES[next - 1]!, ALARM_RATES[next]!];
  const share = Math.log(learnt / younger.learnt) / Math.log(older.learnt / younger.learnt);
  return (1 - share) * on(younger) + share * on(older);
}

/** Between the points of a curve, and beyond its end, rarity is linear in odds; before its begin nothing is less rare. */
function rarityOn({ rates }: RateCurve, odds: number): number {
  if (odds <= rates[0]![0]) return -Math.log(rates[0]![1]);
  const found = rates.findIndex(([other]) => other >= odds);
  const at = found < 0 ? rates.length - 1 : found;
  const [[oddsBefore, before], [oddsHere, here]] = [rates[at - 1]!, rates[at]!];
  return -Math.log(before) + (Math.log(before / here) * (odds - oddsBefore)) / (oddsHere - oddsBefore);
}

function oddsOn({ rates }: RateCurve, rarity: number): number {
  const rate = Math.exp(-rarity);
  if (rate >= rates[0]![1]) return rates[0]![0];
  const found = rates.findIndex(([, other]) => other <= rate);
  const at = found < 0 ? rates.length - 1 : found;
  const [[oddsBefore, before], [oddsHere, here]] = [rates[at - 1]!, rates[at]!];
  return oddsBefore + (oddsHere - oddsBefore) * (Math.log(before / rate) / Math.log(before / here));
}
