import { type AnomalyEvent, severityOf } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import { stableId } from '../domain/ids';
import type { SourceSettings } from '../domain/settings';
import { rarityWanted, usualOdds } from './alarm-rate';
import { fromUnit, toUnit } from './built-in-model';
import { type EpisodeChange, moveEpisode } from './episode';
import { type JudgedObservation, kindOfObservation, reasonsOf } from './metric-observation';
import type { MetricState } from './metric-state';
import type { ModelScore } from './model';
import { learnOwnRate, usualRarityOf } from './own-rate';
import { hurdleAt, speaks, wouldSpeak } from './refractory';
import type { ConcludeContext, Verdict } from './source-detector';

/** Verdict on what was only stored. */
export const NO_VERDICT: Verdict = { anomalyScore: 0, alarmScore: 0, isAnomaly: false, contributions: [] };

export interface Judgement {
  readonly verdict: Verdict;
  readonly change: EpisodeChange | undefined;
}

/**
 * Stage 2 for one observation: does an alarm speak, is it an anomaly, and what does that change in the episode?
 * A value that was not learnt, as a late one, is judged by how things stand, and changes nothing.
 */
export function judge(
  state: MetricState,
  timestamp: number,
  observation: JudgedObservation,
  score: ModelScore,
  threshold: number,
  { releaseLevel, releaseMs }: SourceSettings,
): Judgement {
  const odds = fromUnit(score.alarm);
  const isAside = observation.standing !== 'current';
  const hurdle = toUnit(hurdleAt(state, timestamp));
  const loud = wouldSpeak(state, odds, timestamp);
  if (!isAside) {
    learnOwnRate(state, observation, loud, timestamp);
    speaks(state, odds, timestamp, observation.holdMs);
  }
  const alarmScore = loud ? score.alarm : 0;
  const isAnomaly = alarmScore >= threshold;
  const verdict: Verdict = {
    anomalyScore: score.anomaly,
    alarmScore,
    isAnomaly,
    contributions: isAnomaly ? reasonsOf(observation) : [],
    bar: { threshold, hurdle },
  };
  if (isAside) return { verdict, change: undefined };
  const change = moveEpisode(state, {
    timestamp,
    kind: isAnomaly ? kindOfObservation(observation) : 'value',
    anomalyScore: score.anomaly,
    alarmScore,
    isAnomaly,
    releaseLevel,
    releaseMs,
  });
  return { verdict, change };
}

/** alarm_score at and above which an observation is an anomaly. Ask before {@link judge} moves the state on. */
export function thresholdOf(
  state: MetricState,
  { presentHoldMs, learnt }: Pick<JudgedObservation, 'presentHoldMs' | 'learnt'>,
  { threshold, falseAlarmsPerWeek }: SourceSettings,
): number {
  return falseAlarmsPerWeek === undefined
    ? threshold
    : toUnit(usualOdds(usualRarityOf(state, rarityWanted(falseAlarmsPerWeek, presentHoldMs)), learnt));
}

/** The event that tells of a change. Its ids name source, metric, time, kind and phase: never a score. */
export function anomalyEvent(
  { source, tags, timestamp }: DataPoint,
  { metric, value, expected, lower, upper }: JudgedObservation,
  { anomalyScore, alarmScore, contributions }: Verdict,
  { phase, kind, opened, transition, strongest }: EpisodeChange,
  threshold: number,
  { versions, degraded, warming }: ConcludeContext,
): AnomalyEvent {
  return {
    version: 1,
    id: stableId('event', source, metric, timestamp, kind, phase),
    episodeId: stableId('episode', source, metric, opened, kind),
    transition,
    phase,
    kind,
    source,
    ...(metric === undefined ? {} : { metric }),
    tags: { ...tags },
    timestamp,
    anomalyScore,
    alarmScore,
    threshold,
    severity: severityOf(strongest),
    ...(value === undefined ? {} : { value }),
    ...(expected === undefined ? {} : { expected }),
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
    contributions: [...contributions],
    versions,
    degraded,
    warming,
  };
}
