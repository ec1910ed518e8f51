import {
  type AnomalyEvent,
  type AnomalyKind,
  type Contribution,
  SEVERITIES,
  type Severity,
} from '../../domain/anomaly-event';
import { stableId } from '../../domain/ids';
import type { AlertStatus, AlertView } from '../../domain/notification';
import type { Subject } from '../document/match';
import type { Actor, Verdict } from '../ports';
import type { TraceEntry } from '../trace';

/** What is known of one episode, whether or not a rule made an alert of it. Times of data and values as in the events. */
export interface Alert {
  readonly id: string;
  readonly episodeId: string;
  /** `none`: no rule has made an alert of it so far. */
  readonly status: AlertStatus | 'none';
  readonly facts: AlertFacts;
  /** Names of rules, and what the first of them says that says it. */
  readonly rules: readonly string[];
  readonly owner?: string;
  readonly links: readonly { readonly name: string; readonly url: string }[];
  /** Groups it is told in, or was once: who was told that it fires is told that it is over. */
  readonly groups: readonly string[];
  /** `first`: with it the series is told to be flapping; `again`: it is part of what was told by that. */
  readonly flapping?: 'first' | 'again';
  /** Of one that is part of it: the worst severity that flapped. When it is worse, it is told by itself. */
  readonly flappingUpTo?: number;
  readonly acknowledged?: Actor & { readonly at: number };
  /** By hand, as the end of the episode was lost: final, whatever events follow. */
  readonly ended?: Actor & { readonly at: number };
  readonly verdicts: readonly (Actor & { readonly verdict: Verdict; readonly at: number; readonly note?: string })[];
  /** Counts changes, so that a group knows an older look at the alert from a newer one. */
  readonly change: number;
  /** When it became an alert, of the clock. */
  readonly firedAt?: number;
  readonly trace: readonly TraceEntry[];
}

/**
 * What the events of an episode say together. Whatever their order and however often each comes, the same facts come of
 * them: every field is a minimum, a maximum or a union.
 */
export interface AlertFacts {
  readonly kind: AnomalyKind;
  readonly source: string;
  readonly metric?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly since: number;
  readonly updatedAt: number;
  /** Of its `closed` event. */
  readonly closedAt?: number;
  readonly strongest: StrongestEvent;
  readonly severity: Severity;
  /** Highest transition seen. */
  readonly transition: number;
  readonly degraded: boolean;
  readonly warming: boolean;
  /** A point of it was judged again and was no anomaly. */
  readonly doubted: boolean;
  /** An event moved it. One that only corrections speak of was over before anybody knew of it. */
  readonly moved: boolean;
}

export interface StrongestEvent {
  readonly score: number;
  readonly threshold: number;
  readonly transition: number;
  readonly timestamp: number;
  readonly value?: number;
  readonly expected?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly contributions: readonly Contribution[];
}

export function alertIdOf(episodeId: string): string {
  return stableId('alert', episodeId);
}

/** What flapping is counted of. */
export function seriesKeyOf({ source, metric, kind }: Pick<AlertFacts, 'source' | 'metric' | 'kind'>): string {
  return stableId('series', source, metric, kind);
}

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Joins an event with what was known; the same object when it adds nothing. */
export function withEvent(known: AlertFacts | undefined, event: AnomalyEvent): AlertFacts {
  const fresh = factsOf(event);
  if (known === undefined) return fresh;
  const strongest = isStronger(fresh.strongest, known.strongest) ? fresh.strongest : known.strongest;
  const closedAt = Math.min(known.closedAt ?? Number.POSITIVE_INFINITY, fresh.closedAt ?? Number.POSITIVE_INFINITY);
  const joined: AlertFacts = {
    ...known,
    since: Math.min(known.since, fresh.since),
    updatedAt: Math.max(known.updatedAt, fresh.updatedAt),
    tags: joinedTags(known.tags, fresh.tags),
    ...(Number.isFinite(closedAt) ? { closedAt } : {}),
    strongest,
    severity: severityRank(fresh.severity) > severityRank(known.severity) ? fresh.severity : known.severity,
    transition: Math.max(known.transition, fresh.transition),
    degraded: known.degraded || fresh.degraded,
    warming: known.warming || fresh.warming,
    doubted: known.doubted || fresh.doubted,
    moved: known.moved || fresh.moved,
  };
  return isSame(joined, known) ? known : joined;
}

export function isOver({ closedAt, moved }: AlertFacts): boolean {
  return closedAt !== undefined || !moved;
}

/** An event as rules look at it. */
export function subjectOfEvent(event: AnomalyEvent): Subject {
  const { source, metric, tags, kind, severity, alarmScore: score, value, expected } = event;
  return { source, metric, tags, kind, severity, score, value, expected };
}

/** An alert as routes, silences and inhibitions look at it. */
export function subjectOfAlert({ id, facts, owner, rules }: Alert): Subject {
  const { source, metric, tags, kind, severity, strongest } = facts;
  const { score, value, expected } = strongest;
  return { source, metric, tags, kind, severity, score, value, expected, alertId: id, owner, rules };
}

/** For people and notifications. An episode that is no alert is shown as over. */
export function viewOf(alert: Alert): AlertView {
  const { facts, owner, acknowledged, ended, status } = alert;
  const { strongest, closedAt, metric } = facts;
  const { transition: _, timestamp: __, contributions, ...numbers } = strongest;
  return {
    id: alert.id,
    episodeId: alert.episodeId,
    status: status === 'none' ? 'resolved' : status,
    kind: facts.kind,
    source: facts.source,
    ...(metric === undefined ? {} : { metric }),
    tags: { ...facts.tags },
    severity: facts.severity,
    ...numbers,
    since: facts.since,
    updatedAt: facts.updatedAt,
    ...(ended !== undefined || isOver(facts) ? { resolvedAt: closedAt ?? ended?.at ?? facts.updatedAt } : {}),
    contributions: [...contributions],
    degraded: facts.degraded,
    warming: facts.warming,
    flapping: alert.flapping !== undefined,
    rules: [...alert.rules],
    ...(owner === undefined ? {} : { owner }),
    ...(acknowledged === undefined ? {} : { acknowledgedBy: acknowledged.by }),
    doubted: facts.doubted,
  };
}

/** Reasons kept of an event: notifications show no more. */
const CONTRIBUTIONS_MAX = 5;

function factsOf(event: AnomalyEvent): AlertFacts {
  const { phase, timestamp, alarmScore, threshold, transition, metric } = event;
  const isCorrection = phase === 'corrected';
  return {
    kind: event.kind,
    source: event.source,
    ...(metric === undefined ? {} : { metric }),
    tags: event.tags,
    since: timestamp,
    updatedAt: timestamp,
    ...(phase === 'closed' ? { closedAt: timestamp } : {}),
    strongest: {
      score: alarmScore,
      threshold,
      transition,
      timestamp,
      ...numbersOf(event),
      contributions: event.contributions.slice(0, CONTRIBUTIONS_MAX),
    },
    severity: event.severity,
    transition,
    degraded: event.degraded,
    warming: event.warming,
    doubted: isCorrection && alarmScore < threshold,
    moved: !isCorrection,
  };
}

function numbersOf({ value, expected, lower, upper }: AnomalyEvent) {
  return {
    ...(value === undefined ? {} : { value }),
    ...(expected === undefined ? {} : { expected }),
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  };
}

/** Ties are settled by time and number, so that order of arrival does not show. */
function isStronger(a: StrongestEvent, b: StrongestEvent): boolean {
  if (a.score !== b.score) return a.score > b.score;
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp;
  return a.transition < b.transition;
}

/** All of both, and of two values of one tag the lesser text; the same object when nothing is added. */
function joinedTags(known: AlertFacts['tags'], fresh: AlertFacts['tags']): AlertFacts['tags'] {
  const added = Object.entries(fresh).filter(([name, value]) => !Object.hasOwn(known, name) || value < known[name]!);
  return added.length === 0 ? known : { ...known, ...Object.fromEntries(added) };
}

function isSame(a: AlertFacts, b: AlertFacts): boolean {
  return Object.entries(a).every(([key, value]) => b[key as keyof AlertFacts] === value);
}
