import { SEVERITIES } from '../../domain/anomaly-event';
import type { NotificationReason } from '../../domain/notification';
import { durationWords } from '../document/durations';
import type { Group, Told } from './group';
import { type Entry, escalationOf, isOpen, isUnacknowledged, type ReceiverTurn, visibleTo } from './receiver-view';

/** What is decided for one receiver at a turn of the group. */
export type Decision =
  | { readonly act: 'tell'; readonly reason: NotificationReason; readonly words: string }
  /** There will be something to tell, if nothing changes, at a time. */
  | { readonly act: 'wait'; readonly until: number; readonly words: string; readonly isKnown?: true }
  /**
   * Nothing to tell; `quietly` forgets what was told, since all of it is over. `isKnown`, here and above: an earlier
   * notification has said all that there is.
   */
  | { readonly act: 'nothing'; readonly words: string; readonly isKnown?: true; readonly quietly?: true };

/** The decision table of telling. Pure: the same group at the same moment decides the same. O(members). */
export function decide(turn: ReceiverTurn): Decision {
  const told = turn.group.receivers[turn.receiver];
  const visible = visibleTo(turn);
  if (told === undefined || Object.keys(told.alerts).length === 0) {
    return turn.role === 'ordinary' ? beginning(turn, visible) : escalation(turn, visible);
  }
  return continuation(turn, told, visible);
}

/** Nothing is known to the receiver. */
function beginning({ group, muted, now }: ReceiverTurn, visible: readonly Entry[]): Decision {
  const unacknowledged = visible.filter(isUnacknowledged);
  if (unacknowledged.length === 0) return { act: 'nothing', words: whyNothingBegins(group, muted) };
  const since = Math.min(...unacknowledged.map(([, { joinedAt }]) => joinedAt));
  // An alert that was muted has waited long enough.
  const ready = since + group.options.groupWaitMs;
  if (now < ready) return waiting(ready, 'for further alerts of the group (group wait)');
  const isFlapping = unacknowledged.every(([, { flapping }]) => flapping === 'first');
  return {
    act: 'tell',
    reason: isFlapping ? 'flapping' : 'first',
    words: `${alertsWords(visible.length)} not told before`,
  };
}

/** The receiver is called in when those of the route were told and nobody acknowledges. */
function escalation({ group }: ReceiverTurn, visible: readonly Entry[]): Decision {
  if (visible.length > 0) return { act: 'tell', reason: 'escalated', words: notAcknowledged(group) };
  const nexts = Object.values(group.members).flatMap((member) => escalationOf(group, member) ?? []);
  if (nexts.length === 0)
    return { act: 'nothing', words: 'nobody was told of an alert that waits for an acknowledgement' };
  return waiting(Math.min(...nexts), 'for an acknowledgement, before it is escalated');
}

function notAcknowledged({ options }: Group): string {
  return `not acknowledged for ${durationWords(options.escalate?.afterMs ?? 0)}`;
}

/** The receiver knows of something that is not over for it. */
function continuation(
  { group, role, muted, showsState, now }: ReceiverTurn,
  told: Told,
  visible: readonly Entry[],
): Decision {
  const { groupWaitMs, groupIntervalMs, repeatMs, sendResolved } = group.options;
  const goesOn = Object.keys(told.alerts).some((id) => isOpen(group.members[id]));
  const fresh = visible.filter(([id, member]) => told.alerts[id] === undefined && member.status === 'firing');
  const risen = visible.filter(([id, member]) => member.severity > (told.alerts[id] ?? Number.POSITIVE_INFINITY));
  if (!goesOn && fresh.length === 0) {
    const ended = Object.keys(told.alerts).map((id) => group.members[id]?.changedAt ?? 0);
    const ready = Math.max(...ended) + groupWaitMs;
    if (!sendResolved)
      return { act: 'nothing', words: 'all of it is over, which the route does not send', quietly: true };
    if (now < ready) return waiting(ready, 'whether it stays over (group wait)');
    return { act: 'tell', reason: 'resolved', words: 'all that was told of is over' };
  }
  const news = [...risen, ...fresh];
  if (news.length > 0) {
    const worstTold = Math.max(...Object.values(told.alerts));
    const worse = news.filter(([, { severity }]) => severity > worstTold);
    const ready =
      worse.length > 0
        ? Math.min(told.at + groupIntervalMs, Math.min(...worse.map(([, { changedAt }]) => changedAt)) + groupWaitMs)
        : told.at + groupIntervalMs;
    const words = newsWords(risen, fresh);
    if (now < ready)
      return waiting(
        ready,
        `with ${words}, ${worse.length > 0 ? 'group wait' : 'group interval'} after notification ${told.transition}`,
      );
    if (role === 'escalation' && fresh.length > 0)
      return { act: 'tell', reason: 'escalated', words: `${words}, ${notAcknowledged(group)}` };
    const isFlapping = risen.length === 0 && fresh.every(([, { flapping }]) => flapping === 'first');
    return { act: 'tell', reason: isFlapping ? 'flapping' : 'worse', words };
  }
  const unacknowledged = visible.filter(isUnacknowledged);
  if (showsState && role !== 'former' && !told.acknowledged && isAcknowledged(group, Object.keys(told.alerts)))
    return { act: 'tell', reason: 'acknowledged', words: 'all of it is acknowledged, which calls nobody' };
  if (unacknowledged.length === 0)
    return { act: 'nothing', words: whyNoRepeat(group, told, muted, role === 'former'), isKnown: true };
  if (repeatMs === undefined)
    return { act: 'nothing', words: deduplicated(told, 'the route does not repeat'), isKnown: true };
  if (now < told.at + repeatMs) {
    const words = deduplicated(told, 'repeated only if nobody acknowledges');
    return { act: 'wait', until: told.at + repeatMs, words, isKnown: true };
  }
  return {
    act: 'tell',
    reason: 'repeat',
    words: `nobody acknowledged notification ${told.transition} for ${durationWords(repeatMs)}`,
  };
}

/** Is nothing open of what the receiver was told of? Then it is told of something new, if of anything. */
export function isBeginning({ members, receivers }: Group, receiver: string, reason: NotificationReason): boolean {
  if (reason === 'resolved' || reason === 'silence-ends') return false;
  return !Object.keys(receivers[receiver]?.alerts ?? {}).some((id) => isOpen(members[id]));
}

/** What the receiver knows once it is told. */
export function toldBy(turn: ReceiverTurn, reason: NotificationReason): Told {
  const { group, receiver, now } = turn;
  const before = group.receivers[receiver];
  const transition = (before?.transition ?? 0) + 1;
  if (reason === 'resolved') return { transition, at: now, alerts: {} };
  const known = Object.entries(before?.alerts ?? {}).filter(([id]) => isOpen(group.members[id]));
  const shown = visibleTo(turn).map(([id, { severity }]) => [id, severity] as const);
  const alerts = { ...Object.fromEntries(known), ...Object.fromEntries(shown) };
  return {
    transition,
    // What calls nobody is no telling that further ones wait for.
    at: reason === 'acknowledged' && before !== undefined ? before.at : now,
    alerts,
    ...(isAcknowledged(group, Object.keys(alerts)) ? { acknowledged: true } : {}),
  };
}

/** Is all of it that is open acknowledged, and something open? */
function isAcknowledged({ members }: Group, ids: readonly string[]): boolean {
  const open = ids.filter((id) => isOpen(members[id]));
  return open.length > 0 && open.every((id) => members[id]!.status === 'acknowledged');
}

function waiting(until: number, words: string): Decision {
  return { act: 'wait', until, words: `waits until ${new Date(until).toISOString()} ${words}` };
}

function deduplicated({ transition }: Told, words: string): string {
  return `nothing new since notification ${transition}: ${words}`;
}

function whyNothingBegins({ members }: Group, muted: ReadonlySet<string>): string {
  const open = Object.entries(members).filter(([, { status }]) => status !== 'resolved');
  if (open.length === 0) return 'all of it was over before anybody was told';
  if (open.every(([id]) => muted.has(id))) return 'every alert of the group is muted';
  if (open.some(([, { flapping }]) => flapping === 'again')) return 'what is left flaps, which was told once';
  return 'every alert of the group is acknowledged';
}

function whyNoRepeat({ members }: Group, told: Told, muted: ReadonlySet<string>, isFormer: boolean): string {
  if (isFormer) return deduplicated(told, 'the route does not name it any more, and it hears of the end only');
  const open = Object.keys(told.alerts).filter((id) => isOpen(members[id]));
  if (open.every((id) => members[id]!.left)) return deduplicated(told, 'the routes take it elsewhere now');
  const isMuted = Object.keys(told.alerts).some((id) => isOpen(members[id]) && muted.has(id));
  return deduplicated(told, isMuted ? 'what was told of is muted now' : 'all of it is acknowledged');
}

function newsWords(risen: readonly Entry[], fresh: readonly Entry[]): string {
  const worst = Math.max(...risen.map(([, { severity }]) => severity));
  return [
    ...(risen.length > 0 ? [`severity up to ${SEVERITIES[worst]!}`] : []),
    ...(fresh.length > 0 ? [`${fresh.length} more ${fresh.length === 1 ? 'alert' : 'alerts'}`] : []),
  ].join(', ');
}

function alertsWords(count: number): string {
  return count === 1 ? '1 alert' : `${count} alerts`;
}
