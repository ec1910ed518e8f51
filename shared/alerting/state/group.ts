import type { Placement, RouteOptions } from '../document/routes';
import { type Alert, severityRank } from './alert';

/**
 * Alerts that are told together. It has a turn when it is due: then it is decided for each receiver whether there is anything
 * to tell. Times in epoch milliseconds of the clock.
 */
export interface Group {
  readonly key: string;
  readonly route: string;
  readonly options: RouteOptions;
  readonly labels: Readonly<Record<string, string>>;
  /** By id of the alert. */
  readonly members: Readonly<Record<string, Member>>;
  /** By name. */
  readonly receivers: Readonly<Record<string, Told>>;
  /** When it has its next turn; absent: when an alert changes. */
  readonly dueAt?: number;
  /** Notifications that were decided and perhaps not published: by their keys in the log. */
  readonly pending: readonly PendingNotification[];
  /** Silences whose nearing end was told. */
  readonly noticed: readonly string[];
  /** What was decided at the last turn, so that only what is new is written down. */
  readonly said: readonly string[];
}

export interface PendingNotification {
  readonly receiver: string;
  readonly transition: number;
}

/** What a group knows of an alert. */
export interface Member {
  readonly status: 'firing' | 'acknowledged' | 'resolved';
  readonly severity: number;
  readonly flapping?: 'first' | 'again';
  /** The alert's own count of changes: an older look changes nothing. */
  readonly change: number;
  /** When it joined, and when its status or severity last changed. */
  readonly joinedAt: number;
  readonly changedAt: number;
}

/** What one receiver was told. */
export interface Told {
  /** Of the last notification. */
  readonly transition: number;
  readonly at: number;
  /** When it was first told of what it knows now. */
  readonly firstAt: number;
  /** Alerts it was told of and not told the end of, with the severity it knows. */
  readonly alerts: Readonly<Record<string, number>>;
  /** It was told that all of these are acknowledged. */
  readonly acknowledged?: true;
}

/**
 * Alerts of a group that are followed; further ones are listed, say so, and are not told. With as many receivers as a route may
 * have, the group is still a document that every store takes.
 */
export const MEMBERS_MAX = 500;

/** Who acknowledges wants to see it, and may acknowledge several at once. */
const ACKNOWLEDGED_WAIT_MS = 5_000;

export function newGroup({ groupKey, route, options, group }: Placement): Group {
  return {
    key: groupKey,
    route,
    options,
    labels: group,
    members: {},
    receivers: {},
    pending: [],
    noticed: [],
    said: [],
  };
}

export interface Joined {
  readonly group: Group;
  /** False: the group knew. */
  readonly changed: boolean;
  /** The alert has no room in it. */
  readonly full: boolean;
}

/**
 * Notes an alert as it stands. The same alert noted again, or an older look at it, changes nothing; one that is over does not
 * join. What changes gives the group a turn after its wait, or earlier if it has one.
 */
export function withAlert(group: Group, alert: Alert, now: number): Joined {
  const same = { group, changed: false, full: false };
  if (alert.status === 'none') return same;
  const known = group.members[alert.id];
  if (known === undefined && alert.status === 'resolved') return same;
  if (known !== undefined && known.change >= alert.change) return same;
  if (known === undefined && Object.keys(group.members).length >= MEMBERS_MAX) return { ...same, full: true };
  const severity = severityRank(alert.facts.severity);
  const moved = known === undefined || known.status !== alert.status || known.severity !== severity;
  const member: Member = {
    status: alert.status,
    severity,
    ...(alert.flapping === undefined ? {} : { flapping: alert.flapping }),
    change: alert.change,
    joinedAt: known?.joinedAt ?? now,
    changedAt: moved ? now : known.changedAt,
  };
  const members = { ...group.members, [alert.id]: member };
  // A change that tells nothing needs no turn.
  if (!moved) return { group: { ...group, members }, changed: true, full: false };
  const wait = member.status === 'acknowledged' ? ACKNOWLEDGED_WAIT_MS : Number.POSITIVE_INFINITY;
  const dueAt = Math.min(group.dueAt ?? Number.POSITIVE_INFINITY, now + Math.min(group.options.groupWaitMs, wait));
  return { group: { ...group, members, dueAt }, changed: true, full: false };
}

/** The group with what its route says now. */
export function withPlacement(group: Group, { options, group: labels }: Placement): Group {
  return { ...group, options, labels };
}

/**
 * Is an alert part of what was told as flapping, and so of no news? One that fires for as long as flapping is counted does not
 * flap any more.
 */
export function isPartOfFlapping({ flapping, joinedAt }: Member, now: number, flappingMs: number): boolean {
  return flapping === 'again' && now < joinedAt + flappingMs;
}
