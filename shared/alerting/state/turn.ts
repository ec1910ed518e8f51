import type { Notification } from '../../domain/notification';
import type { Receiver } from '../../domain/receiver';
import type { Alerting } from '../document/compile';
import type { TurnEntry } from '../records';
import type { Alert } from './alert';
import { type Decision, decide, isBeginning, toldBy } from './decide';
import { type Group, isPartOfFlapping, type Member, type Told, withRoute } from './group';
import type { Mute, Muting, Silence } from './mute';
import { endingSilences, muteChanges, mutedEntries, mutesOf, type Notice } from './muted-members';
import { escalationOf, isNews, isOpen, type ReceiverRole, type ReceiverTurn } from './receiver-view';
import { notificationOf } from './render';

/** Everything that a turn of a group looks at. */
export interface TurnInput {
  readonly group: Group;
  /** Its members' alerts, by id. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly alerting: Alerting;
  readonly muting: Muting;
  readonly silences: readonly Silence[];
  readonly now: number;
}

export interface TurnResult {
  /** With its numbers counted on and its next turn, and without alerts that nobody has to hear of any more. */
  readonly group: Group;
  readonly notifications: readonly { readonly notification: Notification; readonly alertIds: readonly string[] }[];
  /** What was not decided before. */
  readonly entries: readonly TurnEntry[];
}

/** One turn of a group: who is muted, what each receiver is told, when it goes on. Pure. */
export function takeTurn(given: TurnInput): TurnResult {
  const { alerts, alerting, muting, now } = given;
  // The rules may have changed since an alert did.
  const group = withRoute(given.group, alerting.root);
  const input = { ...given, group };
  const mutes = mutesOf(group, alerts, muting);
  const muted = new Set(mutes.keys());
  const entries: TurnEntry[] = [...mutedEntries(mutes)];
  const notice = endingSilences(input, mutes);
  const receivers: Record<string, Told> = { ...group.receivers };
  const notifications: { notification: Notification; alertIds: readonly string[] }[] = [];
  const nexts: number[] = [];
  for (const { name, role } of receiversOf(group)) {
    const receiver = alerting.receivers.get(name);
    if (receiver === undefined) {
      entries.push({ code: 'not-told', words: `${name}: the rules have no such receiver any more` });
      delete receivers[name];
      continue;
    }
    const turn: ReceiverTurn = {
      group,
      receiver: name,
      role,
      showsState: receiver.channel !== 'email',
      muted,
      flappingMs: alerting.flapping.within,
      now,
    };
    const decision = withNotice(decide(turn), role === 'ordinary' ? notice : []);
    entries.push(entryOf(name, decision, group.receivers[name]));
    if (decision.act === 'nothing' && decision.quietly) receivers[name] = { ...receivers[name]!, alerts: {} };
    if (decision.act === 'wait') nexts.push(decision.until);
    if (decision.act !== 'tell') continue;
    const told = decision.isNotice ? noticed(group.receivers[name], now) : toldBy(turn, decision.reason);
    const telling = tell(input, turn, receiver, told.transition, decision, mutes);
    if (telling === undefined) continue;
    receivers[name] = told;
    notifications.push(telling);
    nexts.push(...repeats(group, told, role, now));
  }
  const next = { ...group, receivers, members: withTold(group, receivers, now) };
  nexts.push(...escalations(next, now));
  if (muted.size > 0) nexts.push(now + group.options.groupIntervalMs, ...muteChanges(input.silences, mutes, now));
  nexts.push(...endsOfFlapping(input));
  return {
    group: closedTurn(next, notifications, entries, notice, nexts),
    notifications,
    entries: newEntries(group, entries),
  };
}

type Telling = Extract<Decision, { act: 'tell' }>;
type Announcement = Telling & { readonly isNotice?: boolean; readonly notes?: readonly string[] };

/** Receivers of the route, those it escalates to, and those that were told by an earlier form of it. */
function receiversOf({ options, receivers }: Group): { readonly name: string; readonly role: ReceiverRole }[] {
  const ordinary = options.receivers;
  const escalation = (options.escalate?.receivers ?? []).filter((name) => !ordinary.includes(name));
  const former = Object.entries(receivers)
    .filter(
      ([name, { alerts }]) => !ordinary.includes(name) && !escalation.includes(name) && Object.keys(alerts).length > 0,
    )
    .map(([name]) => name);
  return [
    ...ordinary.map((name) => ({ name, role: 'ordinary' as const })),
    ...escalation.map((name) => ({ name, role: 'escalation' as const })),
    ...former.map((name) => ({ name, role: 'former' as const })),
  ];
}

function withNotice(decision: Decision, notice: readonly Notice[]): Exclude<Decision, Telling> | Announcement {
  if (notice.length === 0) return decision;
  const notes = notice.map(({ words }) => words);
  if (decision.act === 'tell') return { ...decision, notes };
  return { act: 'tell', reason: 'silence-ends', words: notes.join('; '), isNotice: true, notes };
}

/** A notice about a silence tells of no alert. */
function noticed(before: Told | undefined, now: number): Told {
  return {
    transition: (before?.transition ?? 0) + 1,
    at: before?.at ?? now,
    alerts: before?.alerts ?? {},
    ...(before?.acknowledged ? { acknowledged: true } : {}),
  };
}

function tell(
  input: TurnInput,
  turn: ReceiverTurn,
  receiver: Receiver,
  transition: number,
  decision: Announcement,
  mutes: ReadonlyMap<string, Mute>,
) {
  const { group, alerts, now } = input;
  const told = group.receivers[receiver.name]?.alerts ?? {};
  const all = Object.entries(group.members).flatMap(([id, member]) => {
    const alert = alerts.get(id);
    const concerns = told[id] !== undefined || isNews(turn, member);
    return alert !== undefined && concerns ? [{ alert, isMuted: mutes.has(id) }] : [];
  });
  const visible = all.filter(({ isMuted }) => !isMuted);
  const shown = (visible.length > 0 && !decision.isNotice ? visible : all).map(({ alert }) => alert);
  if (shown.length === 0) return undefined;
  const { reason, notes = [] } = decision;
  const mutedCount = all.length - visible.length;
  const muted = new Set(mutes.keys());
  const notification = notificationOf({
    group,
    receiver,
    transition,
    reason,
    begins: isBeginning(group, receiver.name, reason),
    alerts: shown,
    muted,
    mutedCount,
    notes,
    now,
  });
  return { notification, alertIds: shown.map(({ id }) => id) };
}

/** When alerts that are part of what was told as flapping have fired for so long that they are told by themselves. */
function endsOfFlapping({ group, alerting, now }: TurnInput): number[] {
  const { within } = alerting.flapping;
  return Object.values(group.members)
    .filter((member) => member.status !== 'resolved' && isPartOfFlapping(member, now, within))
    .map(({ joinedAt }) => joinedAt + within);
}

/** When the group has to look again after it told somebody. */
function repeats({ options }: Group, { alerts }: Told, role: ReceiverRole, now: number): number[] {
  const ends = role === 'former' || options.repeatMs === undefined || Object.keys(alerts).length === 0;
  return ends ? [] : [now + options.repeatMs!];
}

/** When alerts that wait for an acknowledgement are escalated. */
function escalations(group: Group, now: number): number[] {
  return Object.values(group.members)
    .flatMap((member) => escalationOf(group, member) ?? [])
    .filter((at) => at > now);
}

/** Members with when they were first told to the route. */
function withTold({ members, options }: Group, receivers: Group['receivers'], now: number): Group['members'] {
  const isTold = (id: string) => options.receivers.some((name) => receivers[name]?.alerts[id] !== undefined);
  return Object.fromEntries(
    Object.entries(members).map(([id, member]): [string, Member] => [
      id,
      member.toldAt === undefined && isTold(id) ? { ...member, toldAt: now } : member,
    ]),
  );
}

function entryOf(
  receiver: string,
  decision: Exclude<Decision, Telling> | Announcement,
  told: Told | undefined,
): TurnEntry {
  if (decision.act === 'tell')
    return {
      code: 'decided',
      words: `${receiver}: told by notification ${(told?.transition ?? 0) + 1} (${decision.reason}): ${decision.words}`,
    };
  const code = decision.isKnown ? 'deduplicated' : decision.act === 'wait' ? 'waiting' : 'not-told';
  return { code, words: `${receiver}: ${decision.words}` };
}

function newEntries({ said }: Group, entries: readonly TurnEntry[]): TurnEntry[] {
  return entries.filter((entry) => !said.includes(wordsKey(entry)));
}

function wordsKey({ code, words, alerts }: TurnEntry): string {
  return alerts === undefined ? `${code} ${words}` : `${code} ${words} ${alerts.length}`;
}

function closedTurn(
  group: Group,
  notifications: TurnResult['notifications'],
  entries: readonly TurnEntry[],
  notice: readonly Notice[],
  nexts: readonly number[],
): Group {
  const isKnown = (id: string) => Object.values(group.receivers).some(({ alerts }) => alerts[id] !== undefined);
  const members = Object.fromEntries(
    Object.entries(group.members).filter(([id, member]) => isOpen(member) || isKnown(id)),
  );
  const { dueAt: _, ...rest } = group;
  const pending = notifications.map(({ notification }) => ({
    receiver: notification.receiver.name,
    transition: notification.transition,
  }));
  return {
    ...rest,
    members,
    pending: [...group.pending, ...pending],
    noticed: [...group.noticed, ...notice.map(({ silence }) => silence)].slice(-20),
    said: entries.map(wordsKey),
    ...(nexts.length === 0 ? {} : { dueAt: Math.min(...nexts) }),
  };
}
