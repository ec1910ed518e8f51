import type { Alerting } from '../document/compile';
import {
  alertKey,
  bodyOf,
  groupKey,
  INDEX,
  KEPT_MS,
  putGroup,
  type SentEntry,
  sentKey,
  type Turn,
  turnKey,
} from '../records';
import { type Alert, subjectOfAlert } from '../state/alert';
import type { Group } from '../state/group';
import { type Muting, mutingAt, type Silence } from '../state/mute';
import { takeTurn } from '../state/turn';
import type { AlertStore, Put } from '../store-port';
import { compareAndSet } from './compare-and-set';
import type { RouterServices } from './services';

/** While notifications are pending a group comes back this soon, should this turn die. */
const PENDING_RETRY_MS = 30_000;

/** What mutes at one moment; read once for the turns that are taken together. */
export interface MutingNow {
  readonly muting: Muting;
  readonly silences: readonly Silence[];
}

export async function readMuting({ store, now }: RouterServices, alerting: Alerting): Promise<MutingNow> {
  const at = now();
  const [silences, inhibitors] = await Promise.all([
    documentsIn<Silence>(store, INDEX.silences, { from: at }),
    alerting.inhibitions.length === 0 ? [] : documentsIn<Alert>(store, INDEX.inhibitors, {}),
  ]);
  return { muting: mutingAt(alerting, silences, inhibitors.map(subjectOfAlert), at), silences };
}

/**
 * Gives a group its turn, if it is due: first what an earlier turn decided and perhaps did not come to publish, then what is
 * decided now. Decision, numbers and log entries are one commit; published is what was committed, and only then it is
 * struck from the list. Gives how many notifications were decided.
 */
export async function takeGroupTurn(services: RouterServices, key: string, mutingNow?: MutingNow): Promise<number> {
  const { store, now, callAt } = services;
  const alerting = await services.alerting();
  await publishPending(services, key);
  const { muting, silences } = mutingNow ?? (await readMuting(services, alerting));
  const [outcome] = await compareAndSet<TurnOutcome>(store, [groupKey(key)], async ([doc]) => {
    const group = bodyOf<Group>(doc);
    const at = now();
    // Not due: who gave it its turn has called for it, and a second call would be called again and again.
    if (group?.dueAt === undefined || group.dueAt > at) return { puts: [], result: { told: 0 } };
    const alerts = await alertsOf(store, group);
    const turn = takeTurn({ group, alerts, alerting, muting, silences, now: at });
    const told = turn.notifications.length;
    const next = turn.group.dueAt;
    const revision = doc!.revision;
    const puts: Put[] = [
      putGroup(told === 0 ? turn.group : withRetry(turn.group, at), revision, at),
      ...turn.notifications.map(({ notification, alertIds }) => ({
        ...sentKey(key, notification.receiver.name, notification.transition),
        expected: undefined,
        body: { notification, state: 'decided', alertIds, attempts: [] } satisfies SentEntry,
        expiresAt: at + KEPT_MS.sent,
      })),
    ];
    if (turn.entries.length > 0) {
      const body: Turn = { at, entries: turn.entries };
      puts.push({ ...turnKey(key, at, revision), expected: undefined, body, expiresAt: at + KEPT_MS.trace });
    }
    const revisionTaken = revision + 1;
    return { puts, result: { told, revisionTaken, ...(next === undefined ? {} : { dueAt: next }) } };
  });
  const dueAt = outcome!.told > 0 ? await publishPending(services, key, outcome) : outcome!.dueAt;
  if (dueAt !== undefined) await callAt(key, dueAt);
  return outcome!.told;
}

interface TurnOutcome {
  readonly told: number;
  /** The next turn, if this one was taken and there is one. */
  readonly dueAt?: number;
  /** The group's revision with this turn, if it was taken. */
  readonly revisionTaken?: number;
}

/**
 * Publishes what was committed and strikes it off. Gives when the group is due then.
 *
 * @param taken the turn that was just taken: when it says that the group is due next stands in place of the retry that stood
 *   in for it, unless another changed the group since, who may need it earlier
 */
async function publishPending(
  { store, topic, now }: RouterServices,
  key: string,
  taken?: TurnOutcome,
): Promise<number | undefined> {
  const [doc] = await store.load([groupKey(key)]);
  const group = bodyOf<Group>(doc);
  if (group === undefined || group.pending.length === 0) return group?.dueAt;
  const entries = await store.load(group.pending.map(({ receiver, transition }) => sentKey(key, receiver, transition)));
  const notifications = entries.flatMap((entry) => bodyOf<SentEntry>(entry)?.notification ?? []);
  await topic.publish(notifications);
  const { dueAt: retryAt, ...rest } = group;
  const next = taken !== undefined && taken.revisionTaken === doc!.revision ? taken.dueAt : retryAt;
  const published: Group = { ...rest, pending: [], ...(next === undefined ? {} : { dueAt: next }) };
  // Lost to another: what is pending stays so, is published again, and known by its id.
  await store.commit([putGroup(published, doc!.revision, now())]);
  return next;
}

function withRetry(group: Group, now: number): Group {
  return { ...group, dueAt: Math.min(group.dueAt ?? Number.POSITIVE_INFINITY, now + PENDING_RETRY_MS) };
}

async function alertsOf(store: AlertStore, { members }: Group): Promise<ReadonlyMap<string, Alert>> {
  const docs = await store.load(Object.keys(members).map(alertKey));
  return new Map(
    docs.flatMap((doc) => (doc === undefined ? [] : [bodyOf<Alert>(doc)!])).map((alert) => [alert.id, alert]),
  );
}

/** Documents listed under a name. */
export async function documentsIn<T>(
  store: AlertStore,
  name: string,
  query: Parameters<AlertStore['indexed']>[1],
): Promise<T[]> {
  const docs = await store.load(await store.indexed(name, query));
  return docs.flatMap((doc) => (doc === undefined ? [] : [doc.body as T]));
}
