import { TransientFault } from '../domain/transient-fault';
import { type AlertMatch, firstMiss, readMatch } from './document/match';
import { bodyOf, groupKey, INDEX, putGroup, putSilence, silenceKey } from './records';
import { compareAndSet } from './router/compare-and-set';
import { documentsIn } from './router/take-turn';
import { type Alert, subjectOfAlert } from './state/alert';
import type { Group } from './state/group';
import type { Silence } from './state/mute';
import type { AlertStore } from './store-port';

export interface NewSilence {
  readonly match: AlertMatch;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly by: string;
  readonly reason: string;
}

const LONGEST_MS = 366 * 86_400_000;
const LISTED_MAX = 1_000;

/**
 * @param id none other has it; the same one again is the same silence
 * @throws {RangeError} for one that ends before it begins, or before now, or that would mute everything
 */
export async function addSilence(store: AlertStore, id: string, silence: NewSilence, now: number): Promise<Silence> {
  const { match, startsAt, endsAt } = silence;
  if (endsAt <= startsAt || endsAt <= now) throw new RangeError('a silence ends after it begins, and later than now');
  if (endsAt - startsAt > LONGEST_MS) throw new RangeError('a silence lasts a year at most');
  if (Object.keys(match).length === 0)
    throw new RangeError('a silence names what it mutes: without any condition nobody would hear of anything');
  const added: Silence = { ...silence, id, createdAt: now };
  const [doc] = await store.load([silenceKey(id)]);
  if (doc !== undefined) return bodyOf<Silence>(doc)!;
  if (await store.commit([putSilence(added, undefined)])) return added;
  const [other] = await store.load([silenceKey(id)]);
  if (other === undefined) throw new TransientFault('alert store', 'the silence was not written; try again');
  return bodyOf<Silence>(other)!;
}

/** As much longer as nobody means: who presses a button twice within this time wants the same. */
const SAME_MS = 60_000;

/** The silence of that id, which lasts until the given time at least; one that has ended begins anew. */
export async function lengthenSilence(
  store: AlertStore,
  id: string,
  silence: NewSilence,
  now: number,
): Promise<Silence> {
  const [lengthened] = await compareAndSet<Silence>(store, [silenceKey(id)], ([doc]) => {
    const known = bodyOf<Silence>(doc);
    const current = known !== undefined && known.endsAt > now ? known : undefined;
    if (current !== undefined && current.endsAt > silence.endsAt - SAME_MS) return { puts: [], result: current };
    const result = current ? { ...current, endsAt: silence.endsAt } : { ...silence, id, createdAt: now };
    return { puts: [putSilence(result, doc?.revision)], result };
  });
  return lengthened!;
}

/** Ends a silence now, and gives the groups of what it muted a turn; undefined if there is none of that id that has not ended. */
export async function expireSilence(store: AlertStore, id: string, now: number): Promise<Silence | undefined> {
  const [ended] = await compareAndSet<Silence | undefined>(store, [silenceKey(id)], ([doc]) => {
    const silence = bodyOf<Silence>(doc);
    if (silence === undefined || silence.endsAt <= now) return { puts: [], result: undefined };
    const result = { ...silence, endsAt: now };
    return { puts: [putSilence(result, doc!.revision)], result };
  });
  if (ended !== undefined) await makeDue(store, wouldMute(ended.match, await openAlerts(store)), now);
  return ended;
}

/** The next tick takes their groups' turns. */
async function makeDue(store: AlertStore, alerts: readonly Alert[], now: number): Promise<void> {
  const groups = [...new Set(alerts.flatMap(({ groups }) => groups))];
  await compareAndSet(
    store,
    groups.map((key) => groupKey(key)),
    ([doc]) => {
      const group = bodyOf<Group>(doc);
      if (group === undefined || (group.dueAt ?? Number.POSITIVE_INFINITY) <= now)
        return { puts: [], result: undefined };
      return { puts: [putGroup({ ...group, dueAt: now }, doc!.revision, now)], result: undefined };
    },
  );
}

/** Silences that have not ended, those that end first first. */
export function currentSilences(store: AlertStore, now: number): Promise<Silence[]> {
  return documentsIn<Silence>(store, INDEX.silences, { from: now + 1, limit: LISTED_MAX });
}

/** Alerts that are not over. */
export async function openAlerts(store: AlertStore): Promise<Alert[]> {
  const both = await Promise.all([
    documentsIn<Alert>(store, INDEX.open, {}),
    documentsIn<Alert>(store, INDEX.inhibitors, {}),
  ]);
  return both.flat().sort((a, b) => (a.firedAt ?? 0) - (b.firedAt ?? 0));
}

/** Those of the alerts that a silence would mute. */
export function wouldMute(match: AlertMatch, alerts: readonly Alert[]): Alert[] {
  const conditions = readMatch(match);
  return alerts.filter((alert) => firstMiss(conditions, subjectOfAlert(alert)) === undefined);
}
