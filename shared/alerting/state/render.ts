import { stableId } from '../../domain/ids';
import {
  type AlertView,
  NOTIFICATION_ALERTS_MAX,
  type Notification,
  type NotificationReason,
} from '../../domain/notification';
import type { Receiver } from '../../domain/receiver';
import { type Alert, severityRank, viewOf } from './alert';
import type { Group } from './group';

export interface Telling {
  readonly group: Group;
  readonly receiver: Receiver;
  readonly transition: number;
  readonly reason: NotificationReason;
  /** Nothing that the receiver was told of is open any more. */
  readonly begins: boolean;
  /** Alerts of the group that the receiver is told of or was told of; muted ones only when nothing else is there. */
  readonly alerts: readonly Alert[];
  /** Ids of those that are muted. */
  readonly muted: ReadonlySet<string>;
  readonly mutedCount: number;
  readonly notes: readonly string[];
  readonly now: number;
}

const TAGS_MAX = 30;
/** SNS takes 256 KiB of a message with its attributes. Names and tags from outside may be long: then fewer alerts are shown. */
const ALERTS_BYTES_MAX = 160 * 1_024;
const NOTES_MAX = 5;
const LINKS_MAX = 5;

/** The message to one receiver. Its id follows from group, receiver and transition alone. */
export function notificationOf(telling: Telling): Notification {
  const { group, receiver, transition, reason, begins, alerts, muted, mutedCount, notes, now } = telling;
  const views = alerts.map(viewOf).sort(byWeight);
  const count = (status: AlertView['status']) =>
    views.filter((view) => view.status === status && !muted.has(view.id)).length;
  const counts = {
    firing: count('firing'),
    acknowledged: count('acknowledged'),
    resolved: count('resolved'),
    muted: mutedCount,
  };
  const first = views[0]!;
  const owner = sole(alerts.map((alert) => alert.owner));
  return {
    version: 1,
    id: stableId('notification', group.key, receiver.name, transition),
    alertId: first.id,
    groupKey: group.key,
    transition,
    reason,
    begins,
    receiver,
    group: { ...group.labels },
    status: statusOf(views),
    severity: views.reduce(
      (worst, { severity }) => (severityRank(severity) > severityRank(worst) ? severity : worst),
      first.severity,
    ),
    alerts: fitting(views.slice(0, NOTIFICATION_ALERTS_MAX).map(shortened)),
    counts,
    since: Math.min(...views.map(({ since }) => since)),
    decidedAt: now,
    notes: notes.slice(0, NOTES_MAX),
    ...(owner === undefined ? {} : { owner }),
    links: uniqueLinks(alerts),
  };
}

function statusOf(views: readonly AlertView[]): AlertView['status'] {
  const has = (status: AlertView['status']) => views.some((view) => view.status === status);
  return has('firing') ? 'firing' : has('acknowledged') ? 'acknowledged' : 'resolved';
}

/** Those that fire first, the worst of them before others, then the earliest: the first one stands for the group. */
function byWeight(a: AlertView, b: AlertView): number {
  if (a.status !== b.status && (a.status === 'resolved' || b.status === 'resolved'))
    return a.status === 'resolved' ? 1 : -1;
  return severityRank(b.severity) - severityRank(a.severity) || a.since - b.since || (a.id < b.id ? -1 : 1);
}

function shortened(view: AlertView): AlertView {
  const tags = Object.entries(view.tags);
  return tags.length <= TAGS_MAX ? view : { ...view, tags: Object.fromEntries(tags.slice(0, TAGS_MAX)) };
}

/** As many of the first alerts as a message has room for, one at least. */
function fitting(views: AlertView[]): AlertView[] {
  let left = ALERTS_BYTES_MAX;
  const end = views.findIndex((view) => {
    left -= Buffer.byteLength(JSON.stringify(view));
    return left < 0;
  });
  return end < 0 ? views : views.slice(0, Math.max(1, end));
}

function sole(owners: readonly (string | undefined)[]): string | undefined {
  return new Set(owners).size === 1 ? owners[0] : undefined;
}

function uniqueLinks(alerts: readonly Alert[]): Notification['links'] {
  const byUrl = new Map(alerts.flatMap(({ links }) => links.map((link) => [link.url, link] as const)));
  return [...byUrl.values()].slice(0, LINKS_MAX);
}
