import type { AnomalyKind } from '../domain/anomaly-event';
import type { Notification } from '../domain/notification';
import type { Actor, Claim, ProviderAnswer, Verdict } from './ports';
import type { Alert } from './state/alert';
import type { SeriesHistory } from './state/flapping';
import type { Group } from './state/group';
import type { Silence } from './state/mute';
import type { Doc, IndexEntry, Key, Put } from './store-port';
import type { DecisionCode } from './trace';

/**
 * Where everything lies in the store, and for how long. A group outlives what was sent to its receivers, so that a number is
 * never given twice while the log knows it.
 */

const DAY_MS = 86_400_000;
export const KEPT_MS = {
  alert: 90 * DAY_MS,
  series: 2 * DAY_MS,
  group: 400 * DAY_MS,
  sent: 90 * DAY_MS,
  trace: 90 * DAY_MS,
  silence: 90 * DAY_MS,
} as const;

export const INDEX = {
  /** Groups by their next turn. */
  due: 'due',
  /** Alerts by when they fired; those that may mute others apart, since every turn looks at them. */
  open: 'open',
  inhibitors: 'open-inhibitors',
  over: 'over',
  /** Silences by their end. */
  silences: 'silences',
  /** Verdicts by when they were given. */
  verdicts: 'verdicts',
} as const;

export const alertKey = (id: string): Key => ({ partition: `alert#${id}`, sort: 'alert' });
export const seriesKey = (series: string): Key => ({ partition: `series#${series}`, sort: 'series' });
export const groupKey = (key: string): Key => ({ partition: `group#${key}`, sort: 'group' });
export const silenceKey = (id: string): Key => ({ partition: `silence#${id}`, sort: 'silence' });
export const sentKey = (key: string, receiver: string, transition: number): Key => ({
  partition: `group#${key}`,
  sort: `${sentPrefix(receiver)}${String(transition).padStart(10, '0')}`,
});
export const sentPrefix = (receiver: string) => `sent#${receiver}#`;
export const ALL_SENT = 'sent#';
/** What a channel knows of a receiver of a group. */
export const headKey = (key: string, receiver: string): Key => ({
  partition: `group#${key}`,
  sort: `head#${receiver}`,
});
export const turnKey = (key: string, at: number, revision: number): Key => ({
  partition: `group#${key}`,
  sort: `${ALL_TURNS}${String(at).padStart(15, '0')}#${String(revision).padStart(10, '0')}`,
});
export const ALL_TURNS = 'turn#';
export const verdictKey = (alertId: string, at: number, by: string): Key => ({
  partition: `alert#${alertId}`,
  sort: `verdict#${String(at).padStart(15, '0')}#${by}`,
});
export const disabledKey = (receiver: string): Key => ({ partition: `receiver#${receiver}`, sort: 'disabled' });
/** The rules in force, and each version that ever was. */
export const rulesKey: Key = { partition: 'rules', sort: 'current' };
export const RULES_VERSIONS = 'version#';
export const rulesVersionKey = (version: number): Key => ({
  partition: 'rules',
  sort: `${RULES_VERSIONS}${String(version).padStart(10, '0')}`,
});

/** What a person said of an alert, with what is needed to find its points when the alert itself is gone. */
export interface StoredVerdict extends Actor {
  readonly verdict: Verdict;
  readonly at: number;
  readonly note?: string;
  readonly alertId: string;
  readonly episodeId: string;
  readonly source: string;
  readonly metric?: string;
  readonly kind: AnomalyKind;
  /** Of the data, as it was known then. */
  readonly since: number;
  readonly closedAt?: number;
}

/** What was decided at a turn of a group that had not been decided before. */
export interface Turn {
  readonly at: number;
  readonly entries: readonly TurnEntry[];
}

export interface TurnEntry {
  readonly code: DecisionCode;
  readonly words: string;
  /** Absent: all of the group. */
  readonly alerts?: readonly string[];
}

/** A line of the notification log. */
export interface SentEntry {
  readonly notification: Notification;
  readonly state: 'decided' | 'claimed' | 'sent' | 'failed' | Exclude<Claim['outcome'], 'claimed' | 'sent' | 'held'>;
  /** Alerts of the group at that moment, shown or not. */
  readonly alertIds: readonly string[];
  /** Tries so far, each with its claim; those that never said how they ended may have sent it. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly token: string;
  readonly claimedAt: number;
  readonly leaseUntil: number;
  /** An earlier one had not said how it ended. */
  readonly mayRepeat: boolean;
  readonly endedAt?: number;
  readonly outcome?: 'sent' | 'failed';
  readonly answer?: ProviderAnswer;
}

/** What is known of a receiver of a group: what was last sent, and who is sending now. One at a time, so that order holds. */
export interface SentHead {
  /** 0: nothing was sent so far. */
  readonly transition: number;
  readonly reference?: string;
  readonly lease?: { readonly token: string; readonly until: number };
}

export interface StoredRules {
  readonly version: number;
  /** The text as it was applied, and who did it. */
  readonly text: string;
  readonly by: string;
  readonly appliedAt: number;
}

/** A document as what it is; its shape is that of who wrote it. */
export function bodyOf<T>(doc: Doc | undefined): T | undefined {
  return doc?.body as T | undefined;
}

export function putAlert(alert: Alert, expected: number | undefined, now: number, isInhibitor: boolean): Put {
  const index = alertIndex(alert, now, isInhibitor);
  const isKept = alert.status === 'firing' || alert.status === 'acknowledged';
  return {
    ...alertKey(alert.id),
    expected,
    body: alert,
    ...(index === undefined ? {} : { index }),
    ...(isKept ? {} : { expiresAt: now + KEPT_MS.alert }),
  };
}

function alertIndex({ status, firedAt }: Alert, now: number, isInhibitor: boolean): IndexEntry | undefined {
  if (status === 'none') return undefined;
  const at = firedAt ?? now;
  if (status === 'resolved') return { name: INDEX.over, at };
  return { name: isInhibitor ? INDEX.inhibitors : INDEX.open, at };
}

export function putSeries(series: string, history: SeriesHistory, expected: number | undefined, now: number): Put {
  return { ...seriesKey(series), expected, body: history, expiresAt: now + KEPT_MS.series };
}

export function putGroup(group: Group, expected: number | undefined, now: number): Put {
  return {
    ...groupKey(group.key),
    expected,
    body: group,
    ...(group.dueAt === undefined ? {} : { index: { name: INDEX.due, at: group.dueAt } }),
    expiresAt: Math.max(now, group.dueAt ?? 0) + KEPT_MS.group,
  };
}

export function putSilence(silence: Silence, expected: number | undefined): Put {
  return {
    ...silenceKey(silence.id),
    expected,
    body: silence,
    index: { name: INDEX.silences, at: silence.endsAt },
    expiresAt: silence.endsAt + KEPT_MS.silence,
  };
}
