import type { ShadowCounts } from './ports';

/** What a challenger's alarms on live vectors must be like before it goes live. */
export interface ShadowRules {
  /** Fewer vectors than this say nothing yet. */
  readonly vectorsMin: number;
  /** How long it is tried at least, whatever the number of vectors: alarms have hours of the day. */
  readonly msMin: number;
  /** How long it may be waited for vectors. */
  readonly msMax: number;
  /** How many times as many alarms as the champion it may give. */
  readonly alarmsTimesMax: number;
  /** So many alarms of the champion of which the challenger gives none at all, nor any other, are no chance. */
  readonly mutedMin: number;
}

const HOUR_MS = 3_600_000;
export const DEFAULT_SHADOW_RULES: ShadowRules = {
  vectorsMin: 10_000,
  msMin: 24 * HOUR_MS,
  msMax: 7 * 24 * HOUR_MS,
  alarmsTimesMax: 1.5,
  mutedMin: 10,
};

/** Longer than a month beside the champion a model would be old before it is live. */
export const SHADOW_HOURS_MAX = 720;

export interface ShadowDecision {
  readonly verdict: 'go' | 'wait' | 'refuse';
  /** Sentences: all that speaks against it, what is waited for, or what speaks for it. */
  readonly reasons: readonly string[];
}

/** Alarms come in small numbers: so many more than allowed, and so many deviations, are still chance. */
const SMALL_NUMBER = 3;
const DEVIATIONS = 2;

/**
 * Does the challenger go live after a time beside the champion? What the gate could not see is looked at here: many more
 * alarms than the champion's on today's vectors, none at all, or no scores. It may refuse at any time; it lets through only
 * when there was enough to see.
 *
 * How many more alarms are still chance: with n times as many allowed, the excess is a sum of three counts, each as uncertain as
 * its root (Poisson), namely alarms of the challenger alone, n of the champion alone, n − 1 of both.
 *
 * @param forMs how long the challenger has been beside the champion
 */
export function judgeShadow(
  counts: Readonly<ShadowCounts>,
  forMs: number,
  rules: ShadowRules = DEFAULT_SHADOW_RULES,
): ShadowDecision {
  const { vectors, both, onlyChampion, onlyChallenger, failed } = counts;
  const champion = both + onlyChampion;
  const challenger = both + onlyChallenger;
  const seen = `${challenger} alarms against the champion's ${champion} on ${vectors} vectors in ${hours(forMs)}`;
  const against: string[] = [];
  if (failed > 0) against.push(`the challenger could not score ${failed} of ${vectors} vectors`);
  if (isTooMany(counts, rules.alarmsTimesMax))
    against.push(`too many alarms: ${seen}; ${rules.alarmsTimesMax} times as many are allowed`);
  if (challenger === 0 && champion >= rules.mutedMin) against.push(`no alarm at all: ${seen}`);
  if (against.length > 0) return { verdict: 'refuse', reasons: against };
  if (vectors < rules.vectorsMin) {
    const few = `${vectors} vectors in ${hours(forMs)} say too little; ${rules.vectorsMin} would be enough`;
    return forMs < rules.msMax ? { verdict: 'wait', reasons: [few] } : { verdict: 'refuse', reasons: [few] };
  }
  if (forMs < rules.msMin) {
    return { verdict: 'wait', reasons: [`${hours(forMs)} of ${hours(rules.msMin)}; so far ${seen}`] };
  }
  return { verdict: 'go', reasons: [seen] };
}

function isTooMany({ both, onlyChampion, onlyChallenger }: Readonly<ShadowCounts>, times: number): boolean {
  const excess = onlyChallenger - times * onlyChampion - (times - 1) * both;
  const deviation = Math.sqrt(onlyChallenger + times ** 2 * onlyChampion + (times - 1) ** 2 * both);
  return excess > SMALL_NUMBER + DEVIATIONS * deviation;
}

function hours(ms: number): string {
  return `${(ms / HOUR_MS).toFixed(1)} hours`;
}
