import { type Group, isPartOfFlapping, type Member } from './group';

/**
 * What a receiver is to a group: one of its route; one that is called when nobody acknowledges; one that the route had when it
 * was told, and that hears the end of that and nothing else.
 */
export type ReceiverRole = 'ordinary' | 'escalation' | 'former';

export interface ReceiverTurn {
  readonly group: Group;
  readonly receiver: string;
  readonly role: ReceiverRole;
  /** Its channel shows how things stand, and not only what happened: a mail does not. */
  readonly showsState: boolean;
  /** Ids of alerts that are muted now. */
  readonly muted: ReadonlySet<string>;
  /** Within which flapping is counted. */
  readonly flappingMs: number;
  readonly now: number;
}

export type Entry = readonly [id: string, member: Member];

/** Alerts that there may be something to tell of: open, not muted, and news or known. O(members). */
export function visibleTo(turn: ReceiverTurn): Entry[] {
  const known = turn.group.receivers[turn.receiver]?.alerts ?? {};
  return Object.entries(turn.group.members).filter(
    ([id, member]) =>
      !turn.muted.has(id) &&
      (known[id] === undefined
        ? isNews(turn, member)
        : isOpen(member) && member.left === undefined && turn.role !== 'former'),
  );
}

/** Is an alert that the receiver does not know one to tell it of, if nothing mutes it? */
export function isNews({ group, role, flappingMs, now }: ReceiverTurn, member: Member): boolean {
  if (!isOpen(member) || member.left !== undefined || isPartOfFlapping(member, now, flappingMs)) return false;
  if (role === 'ordinary') return true;
  const escalatesAt = role === 'escalation' ? escalationOf(group, member) : undefined;
  return escalatesAt !== undefined && escalatesAt <= now;
}

/** When an alert is escalated that nobody acknowledges: so long after it was told itself, whatever the group told before. */
export function escalationOf({ options }: Group, { status, toldAt, left }: Member): number | undefined {
  if (options.escalate === undefined || status !== 'firing' || toldAt === undefined || left !== undefined)
    return undefined;
  return toldAt + options.escalate.afterMs;
}

export function isOpen(member: Member | undefined): boolean {
  return member !== undefined && member.status !== 'resolved';
}

export function isUnacknowledged([, { status }]: Entry): boolean {
  return status === 'firing';
}
