import { usualRarity } from './alarm-rate';
import { EPISODE, OWN_REACH } from './metric-layout';
import type { JudgedObservation } from './metric-observation';
import type { MetricState } from './metric-state';
import { peakAt } from './refractory';

/** Alarms are counted that usually come once in ten holds: strong enough to be rare, and so many that weeks tell their rate. */
const COUNTED_A_HOLD = 0.1;
const COUNTED_RARITY = -Math.log(COUNTED_A_HOLD);
/** A series is taken to be as others are, with the weight of so many counted alarms: in how many come, and in how far they reach. */
const USUAL_NUMBER = 3;
const USUAL_REACH = 12;
/** Of a long past so many due alarms weigh as much as all: what is older counts ever less. */
const REMEMBERED = 60;
/** No alarm is taken to reach further: an incident says little of how strong false alarms are. */
const REACH_MAX = 10;
/** A younger series is as others are. */
const LEARNT_MIN = 60;

/**
 * What a series' own alarms say of how often they come, beside the usual curves of alarm-rate.ts. The same odds are rarer on one
 * series than on the next, and curves know neither its kind nor a model that is not the built-in one. Two things are learnt: how
 * many alarms came that are as strong as one in ten holds usually brings, beside how many were due; and how far they reached
 * beyond, in rarity. What lies beyond a high level is taken as exponential, as in peaks over a threshold; both begin with what is
 * usual, as gamma priors, and give way to the series' own.
 *
 * An alarm counts once nothing holds others back any more and a new one speaks: an incident does not raise the bar for itself.
 *
 * Call it for each observation that was learnt, in order, before the refractory takes the alarm in.
 *
 * @param speaks does the present alarm speak?
 * @see Siffer et al. 2017, Anomaly detection in streams with extreme value theory, KDD: peaks over a threshold, streaming
 * @see Bernardo and Smith 1994, Bayesian theory, appendix A: the priors
 */
export function learnOwnRate(
  state: MetricState,
  { learnt, stepMs, holdMs }: Pick<JudgedObservation, 'learnt' | 'stepMs' | 'holdMs'>,
  speaks: boolean,
  timestamp: number,
): void {
  const { f32 } = state;
  if (learnt < LEARNT_MIN) {
    f32[EPISODE.due] = 0;
    f32[EPISODE.alarms] = 0;
    f32[OWN_REACH] = 0;
    return;
  }
  const due = COUNTED_A_HOLD * Math.min(stepMs / holdMs, 1);
  const kept = 1 - due / REMEMBERED;
  f32[EPISODE.due] = kept * f32[EPISODE.due]! + due;
  f32[EPISODE.alarms]! *= kept;
  f32[OWN_REACH]! *= kept;
  if (!speaks || f32[EPISODE.peakOdds] === 0 || peakAt(state, timestamp) > 0) return;
  const reach = usualRarity(f32[EPISODE.peakOdds]!, learnt) - COUNTED_RARITY;
  if (reach <= 0) return;
  f32[EPISODE.alarms]! += 1;
  f32[OWN_REACH]! += Math.min(reach, REACH_MAX);
}

/**
 * How rare an alarm usually is that is as rare on this series as it is wanted to be. Beyond the counted ones it is what the
 * posterior predicts (a Lomax distribution), so that few alarms are not taken for certainty; before them the difference goes to nothing:
 * weak alarms come at each hold on any series.
 *
 * @param rarity of {@link rarityWanted}
 * @returns for {@link usualOdds}
 */
export function usualRarityOf({ f32 }: MetricState, rarity: number): number {
  const number = f32[EPISODE.alarms]!;
  const counted = COUNTED_RARITY + Math.log((USUAL_NUMBER + f32[EPISODE.due]!) / (USUAL_NUMBER + number));
  if (rarity <= counted) return (COUNTED_RARITY * rarity) / counted;
  const reach = USUAL_REACH + f32[OWN_REACH]!;
  return COUNTED_RARITY + reach * Math.expm1((rarity - counted) / (USUAL_REACH + number));
}
