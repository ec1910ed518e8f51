import { binomialAtMost, CHANCE_MAX, poissonAtLeast, poissonAtMost } from './chance';
import { falseTold, faultsTold, GRID, type Tally, type Weighed } from './weigh-group';

/** Of alarms that go, fewer than so many may be real: one in three. */
const REAL_SHARE_MAX = 1 / 3;
/** False alarms that must go, with no real one among them, to be sure of that: 6, since (2/3)⁶ < 0.1. */
export const VERDICTS_NEEDED = Math.ceil(Math.log(CHANCE_MAX) / Math.log(1 - REAL_SHARE_MAX));
/** How far one proposal moves a threshold; what lies further waits for verdicts under the new one. */
export const STEP_MAX = 0.1;

export type Outcome =
  /** Another threshold is better, surely enough. */
  | 'change'
  /** Nothing speaks for another one. */
  | 'keep'
  /** Something does, but too little to be sure. */
  | 'too-little'
  /** Real alarms are no stronger than false ones: no threshold tells them apart. */
  | 'mixed';

export interface Choice {
  readonly outcome: Outcome;
  /** With a change. */
  readonly threshold?: number;
  /** Sentences. */
  readonly why: readonly string[];
}

/**
 * The threshold for a group: the lowest that lets go most of what people called false and nothing that they called real, and, where a
 * rate is asked for, gives no more alarms that nobody called real. It moves only when chance hardly explains what speaks for it, and
 * by {@link STEP_MAX} at most. A lower one is proposed for a rate alone: nobody has judged what was never told.
 *
 * @param anchor the threshold in force, or what it usually is where a rate is in force
 * @param perWeek asked for, alarms that nobody called real a series and week
 */
export function chooseThreshold(weighed: Weighed, anchor: number, perWeek: number | undefined): Choice {
  const steps = GRID.map((threshold, i) => ({ threshold, tally: weighed.at[i]! }));
  const upward = steps.filter(({ threshold }) => isWithin(threshold - anchor));
  const keeping = upward.filter(({ tally }) => faultsTold(weighed, tally) >= faultsTold(weighed, weighed.before));
  const byVerdicts = chooseByVerdicts(weighed, upward, keeping);
  if (perWeek === undefined) return byVerdicts;
  const byRate = chooseByRate(weighed, steps, keeping, anchor, perWeek);
  // What people called false goes, whatever rate would be borne.
  if (byVerdicts.outcome === 'change' && (byRate.threshold ?? 0) < byVerdicts.threshold!)
    return { ...byVerdicts, why: [...byVerdicts.why, ...byRate.why] };
  if (byRate.outcome === 'change' && byVerdicts.outcome !== 'change') return byRate;
  if (byVerdicts.outcome === 'keep') return byRate;
  return { ...(byRate.outcome === 'change' ? byRate : byVerdicts), why: [...byVerdicts.why, ...byRate.why] };
}

interface Step {
  readonly threshold: number;
  readonly tally: Tally;
}

function chooseByVerdicts(weighed: Weighed, upward: readonly Step[], keeping: readonly Step[]): Choice {
  const falseBefore = falseTold(weighed, weighed.before);
  if (falseBefore === 0) return { outcome: 'keep', why: ['nothing that it tells was called a false alarm'] };
  const gone = ({ tally }: Step) => falseBefore - falseTold(weighed, tally);
  const most = Math.max(0, ...keeping.map(gone));
  if (isSure(most)) {
    const { threshold } = keeping.find((step) => gone(step) === most)!;
    return { outcome: 'change', threshold, why: [`${most} of ${falseBefore} that were called false would go`] };
  }
  if (most < Math.max(0, ...upward.map(gone)) && isSure(Math.max(...upward.map(gone))))
    return {
      outcome: 'mixed',
      why: ['what was called real is no stronger than what was called false: no threshold tells them apart'],
    };
  return {
    outcome: 'too-little',
    why: [`not enough verdicts: ${most} of ${VERDICTS_NEEDED} false alarms that a higher threshold would let go`],
  };
}

/** Were one in three of them real, would so many without a real one be improbable? */
function isSure(falseGone: number): boolean {
  return binomialAtMost(0, falseGone, REAL_SHARE_MAX) <= CHANCE_MAX;
}

function chooseByRate(
  weighed: Weighed,
  steps: readonly Step[],
  keeping: readonly Step[],
  anchor: number,
  perWeek: number,
): Choice {
  const expected = perWeek * weighed.seriesWeeks;
  const { suspects } = weighed.before;
  const rate = (count: number) => (weighed.seriesWeeks === 0 ? 0 : count / weighed.seriesWeeks).toFixed(2);
  const now = `${rate(suspects)} a series and week of ${perWeek} that are borne`;
  if (suspects > expected && poissonAtLeast(suspects, expected) <= CHANCE_MAX) {
    const enough = keeping.find(({ tally }) => tally.suspects <= expected);
    const step = enough ?? keeping.filter(({ tally }) => tally.suspects < suspects).at(-1);
    if (step === undefined)
      return { outcome: 'mixed', why: [`${now}, and no higher threshold keeps what was called real`] };
    const why = enough
      ? [now]
      : [now, `${rate(step.tally.suspects)} remain: further than this one proposal does not go`];
    return { outcome: 'change', threshold: step.threshold, why };
  }
  if (suspects < expected && poissonAtMost(suspects, expected) <= CHANCE_MAX) {
    const step = steps.find(
      ({ threshold, tally }) =>
        isWithin(anchor - threshold) && tally.suspects <= expected && bringsNothingBack(weighed, tally),
    );
    if (step === undefined) return { outcome: 'keep', why: [`${now}, and a lower threshold gives more than that`] };
    return { outcome: 'change', threshold: step.threshold, why: [now] };
  }
  const isTooShort = suspects === 0 && expected < -Math.log(CHANCE_MAX);
  if (!isTooShort) return { outcome: 'keep', why: [`${now}: no more and no fewer than chance explains`] };
  const weeks = (-Math.log(CHANCE_MAX) / perWeek).toFixed(1);
  const seen = weighed.seriesWeeks.toFixed(1);
  return { outcome: 'too-little', why: [`not enough history: ${seen} of ${weeks} weeks of series without an alarm`] };
}

/** A lower threshold must not tell again what people called false and the present one no longer tells. */
function bringsNothingBack(weighed: Weighed, tally: Tally): boolean {
  return falseTold(weighed, tally) <= falseTold(weighed, weighed.before);
}

/** Beyond the one in force, and no further than a step. */
function isWithin(distance: number): boolean {
  return distance > 1e-9 && distance <= STEP_MAX + 1e-9;
}
