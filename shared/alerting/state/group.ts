import { type Placement, type ReadRoute, type RouteOptions, routeOf } from '../document/routes';
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
  /** When a receiver of the route was first told of it: an escalation counts from then. */
  readonly toldAt?: number;
  /** The routes take it elsewhere since it changed: who was told of it here hears of its end, and of nothing else. */
  readonly left?: true;
}

/** What one receiver was told. */
export interface Told {
  /** Of the last notification. */
  readonly transition: number;
  readonly at: number;
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
 * join. What changes gives the group a turn after its wait, or earlier if it has one. A change that tells nothing is not written
 * down either: the group of a storm would be written for every event.
 *
 * @param isPlaced the routes take it to this group
 */
export function withAlert(group: Group, alert: Alert, isPlaced: boolean, now: number): Joined {
  const same = { group, changed: false, full: false };
  if (alert.status === 'none') return same;
  const known = group.members[alert.id];
  if (known === undefined && alert.status === 'resolved') return same;
  if (known !== undefined && known.change >= alert.change) return same;
  if (known === undefined && Object.keys(group.members).length >= MEMBERS_MAX) return { ...same, full: true };
  const severity = severityRank(alert.facts.severity);
  const moved =
    known === undefined ||
    known.status !== alert.status ||
    known.severity !== severity ||
    known.flapping !== alert.flapping ||
    (known.left === undefined) !== isPlaced;
  if (!moved) return same;
  const member: Member = {
    status: alert.status,
    severity,
    ...(alert.flapping === undefined ? {} : { flapping: alert.flapping }),
    change: alert.change,
    joinedAt: known?.joinedAt ?? now,
    changedAt: now,
    ...(known?.toldAt === undefined ? {} : { toldAt: known.toldAt }),
    ...(isPlaced ? {} : { left: true }),
  };
  const members = { ...group.members, [alert.id]: member };
  const wait = member.status === 'acknowledged' ? ACKNOWLEDGED_WAIT_MS : Number.POSITIVE_INFINITY;
  const dueAt = Math.min(group.dueAt ?? Number.POSITIVE_INFINITY, now + Math.min(group.options.groupWaitMs, wait));
  return { group: { ...group, members, dueAt }, changed: true, full: false };
}

/** The group with what its route says now. One whose route is gone goes on as it was, so that nobody loses what is open. */
export function withRoute(group: Group, root: ReadRoute): Group {
  const route = routeOf(root, group.route);
  return route === undefined ? group : { ...group, options: route.options };
}

/**
 * Is an alert part of what was told as flapping, and so of no news? One that fires for as long as flapping is counted does not
 * flap any more.
 */
export function isPartOfFlapping({ flapping, joinedAt }: Member, now: number, flappingMs: number): boolean {
  return flapping === 'again' && now < joinedAt + flappingMs;
}
