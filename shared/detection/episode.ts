import { ANOMALY_KINDS, type AnomalyEvent, type AnomalyKind } from '../domain/anomaly-event';
import { EPISODE } from './metric-layout';
import type { MetricState } from './metric-state';

/** What an episode looks at, of one point of its metric or of its source's relations. */
export interface EpisodeInput {
  readonly timestamp: number;
  readonly kind: AnomalyKind;
  readonly anomalyScore: number;
  readonly alarmScore: number;
  readonly isAnomaly: boolean;
  readonly releaseLevel: number;
  readonly releaseMs: number;
}

export interface EpisodeChange {
  readonly phase: AnomalyEvent['phase'];
  readonly kind: AnomalyKind;
  /** When the episode began: with source, metric and kind its identity. */
  readonly opened: number;
  readonly transition: number;
  /** Strongest alarm of the episode so far. */
  readonly strongest: number;
}

const TRANSITIONS_MAX = 65_535;

/**
 * Moves the episode: opened by an anomaly, updated by a stronger one, closed once the score has been calm for the release
 * time. The change to tell, if any.
 */
export function moveEpisode(state: MetricState, input: EpisodeInput): EpisodeChange | undefined {
  const isOpen = state.u16[EPISODE.transition]! > 0;
  if (input.isAnomaly) {
    if (!isOpen) return open(state, input);
    state.f64[EPISODE.calm] = 0;
    return Math.fround(input.alarmScore) > state.f32[EPISODE.strongest]! ? strengthen(state, input) : undefined;
  }
  return isOpen ? calm(state, input) : undefined;
}

function open(state: MetricState, input: EpisodeInput): EpisodeChange {
  state.f64[EPISODE.opened] = input.timestamp;
  state.f64[EPISODE.calm] = 0;
  state.f32[EPISODE.strongest] = input.alarmScore;
  state.u8[EPISODE.kind] = ANOMALY_KINDS.indexOf(input.kind);
  state.u16[EPISODE.transition] = 0;
  return change(state, 'opened');
}

function strengthen(state: MetricState, input: EpisodeInput): EpisodeChange {
  state.f32[EPISODE.strongest] = input.alarmScore;
  return change(state, 'updated');
}

function calm(state: MetricState, input: EpisodeInput): EpisodeChange | undefined {
  const { f64, u16 } = state;
  if (input.anomalyScore >= input.releaseLevel) {
    f64[EPISODE.calm] = 0;
    return undefined;
  }
  if (f64[EPISODE.calm] === 0) f64[EPISODE.calm] = input.timestamp;
  if (input.timestamp - f64[EPISODE.calm]! < input.releaseMs) return undefined;
  const closed = change(state, 'closed');
  u16[EPISODE.transition] = 0;
  f64[EPISODE.calm] = 0;
  return closed;
}

function change(state: MetricState, phase: EpisodeChange['phase']): EpisodeChange {
  const transition = Math.min(state.u16[EPISODE.transition]! + 1, TRANSITIONS_MAX);
  state.u16[EPISODE.transition] = transition;
  return {
    phase,
    kind: ANOMALY_KINDS[state.u8[EPISODE.kind]!] ?? 'value',
    opened: state.f64[EPISODE.opened]!,
    transition,
    strongest: state.f32[EPISODE.strongest]!,
  };
}
