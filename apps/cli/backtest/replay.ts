import { compileDocument } from '../../../shared/alerting/document/compile';
import type { AlertingDocument } from '../../../shared/alerting/document/schema';
import { bodyOf, INDEX, type SentEntry, sentKey } from '../../../shared/alerting/records';
import { routeEvents } from '../../../shared/alerting/router/route-events';
import { openSimulatedRouter } from '../../../shared/alerting/router/simulated-time';
import type { Alert } from '../../../shared/alerting/state/alert';
import { createMemoryStore } from '../../../shared/alerting/store/memory-store';
import type { AlertStore } from '../../../shared/alerting/store-port';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { Notification } from '../../../shared/domain/notification';

/** What people would have been told. */
export interface Replay {
  readonly notifications: readonly Notification[];
  readonly alerts: readonly Alert[];
  /** When people first heard of an alert, by its id: also of those that a message counts and does not show. */
  readonly toldAt: ReadonlyMap<string, number>;
}

/** After the end of the data, for what waits. */
const AFTER_END_MS = 15 * 60_000;

/**
 * Routes events in the time of the data, through the router that runs live: waits, repeats and windows are those of that time. It
 * takes as long as there are events and turns, whatever the length of the history.
 */
export async function replayEvents(
  document: AlertingDocument,
  events: readonly AnomalyEvent[],
  endsAt: number,
): Promise<Replay> {
  const store = createMemoryStore();
  const notifications: Notification[] = [];
  const toldAt = new Map<string, number>();
  const topic = {
    async publish(told: readonly Notification[]) {
      notifications.push(...told);
      const keys = told.map(({ groupKey, receiver, transition }) => sentKey(groupKey, receiver.name, transition));
      const entries = (await store.load(keys)).flatMap((doc) => bodyOf<SentEntry>(doc) ?? []);
      for (const { alertIds, notification } of entries)
        for (const id of alertIds) if (!toldAt.has(id)) toldAt.set(id, notification.decidedAt);
    },
  };
  const router = openSimulatedRouter(store, topic, compileDocument(document), events[0]?.timestamp ?? endsAt);
  for (let at = 0; at < events.length; ) {
    const moment = events[at]!.timestamp;
    const together: AnomalyEvent[] = [];
    while (at < events.length && events[at]!.timestamp === moment) together.push(events[at++]!);
    await router.advanceTo(moment);
    await routeEvents(router.services, together);
  }
  await router.advanceTo(endsAt + AFTER_END_MS);
  return { notifications, alerts: await allAlerts(store), toldAt };
}

async function allAlerts(store: AlertStore): Promise<Alert[]> {
  const keys = await Promise.all([INDEX.open, INDEX.inhibitors, INDEX.over].map((name) => store.indexed(name)));
  const docs = await store.load(keys.flat());
  return docs.map((doc) => bodyOf<Alert>(doc)!).sort((a, b) => a.facts.since - b.facts.since);
}
