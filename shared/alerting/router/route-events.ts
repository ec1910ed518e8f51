import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { Alerting } from '../document/compile';
import { type Placement, placementsOf } from '../document/routes';
import { alertKey, bodyOf, groupKey, putAlert, putGroup, putSeries, seriesKey } from '../records';
import { absorb, seriesOfEvent } from '../state/absorb';
import { type Alert, alertIdOf, subjectOfAlert } from '../state/alert';
import type { SeriesHistory } from '../state/flapping';
import { type Group, newGroup, withAlert, withRoute } from '../state/group';
import { mayInhibit } from '../state/mute';
import type { Put } from '../store-port';
import { withEntries } from '../trace';
import { compareAndSet } from './compare-and-set';
import type { RouterServices } from './services';

export interface RoutedCounts {
  /** Events that changed what is known, and those that were known. */
  readonly absorbed: number;
  readonly known: number;
  /** Alerts that began. */
  readonly began: number;
  /** Groups that changed. */
  readonly groups: number;
}

/**
 * Takes anomaly events into alerts and alerts into groups. Every step can be done again to no effect, so that a batch which
 * died midway is simply routed again: alerts know which facts they have, groups which state of an alert.
 */
export async function routeEvents(services: RouterServices, events: readonly AnomalyEvent[]): Promise<RoutedCounts> {
  const alerting = await services.alerting();
  const byEpisode = new Map<string, AnomalyEvent[]>();
  for (const event of events) {
    const id = alertIdOf(event.episodeId);
    byEpisode.set(id, [...(byEpisode.get(id) ?? []), event]);
  }
  const outcomes = await absorbAll(services, alerting, byEpisode);
  const groups = await joinGroups(
    services,
    alerting,
    outcomes.map(({ alert }) => alert),
  );
  return {
    absorbed: outcomes.reduce((sum, { absorbed }) => sum + absorbed, 0),
    known: outcomes.reduce((sum, { known }) => sum + known, 0),
    began: outcomes.filter(({ began }) => began).length,
    groups,
  };
}

interface AlertOutcome {
  readonly alert: Alert;
  readonly absorbed: number;
  readonly known: number;
  readonly began: boolean;
}

/** An episode's events of one call, in their order. */
interface EpisodeEvents {
  /** Of its alert. */
  readonly id: string;
  readonly events: readonly AnomalyEvent[];
}

/**
 * Alerts of one series that are written in one commit with what the series remembers: each begins with what the one before it left.
 * Written apart they would take the comparison from each other. Far below what a commit takes, in documents and in bytes.
 */
const TOGETHER = 24;

/** Series do not wait for each other; of one series as many alerts go together as may, and then the next ones. */
async function absorbAll(
  services: RouterServices,
  alerting: Alerting,
  byEpisode: ReadonlyMap<string, readonly AnomalyEvent[]>,
): Promise<AlertOutcome[]> {
  const bySeries = new Map<string, EpisodeEvents[]>();
  for (const [id, events] of byEpisode) {
    const series = seriesOfEvent(events[0]!);
    bySeries.set(series, [...(bySeries.get(series) ?? []), { id, events }]);
  }
  const outcomes: AlertOutcome[] = [];
  let left = [...bySeries];
  while (left.length > 0) {
    const now = left.map(([series, episodes]) => [series, episodes.slice(0, TOGETHER)] as const);
    outcomes.push(...(await absorbTogether(services, alerting, now)));
    left = left.flatMap(([series, episodes]) =>
      episodes.length > TOGETHER ? [[series, episodes.slice(TOGETHER)] as const] : [],
    );
  }
  return outcomes;
}

async function absorbTogether(
  { store, now }: RouterServices,
  alerting: Alerting,
  bySeries: readonly (readonly [string, readonly EpisodeEvents[]])[],
): Promise<AlertOutcome[]> {
  const outcomes = await compareAndSet(
    store,
    bySeries.map(([, [first]]) => alertKey(first!.id)),
    (docs, at) => {
      const [series, episodes] = bySeries[at]!;
      const seriesDoc = docs[episodes.length];
      let history = bodyOf<SeriesHistory>(seriesDoc);
      const puts: Put[] = [];
      const result = episodes.map(({ events }, i): AlertOutcome => {
        let alert = bodyOf<Alert>(docs[i]);
        const counts = { absorbed: 0, known: 0, began: false };
        for (const event of events) {
          const step = absorb(alert, event, alerting, history, now());
          alert = step.alert;
          history = step.history ?? history;
          counts[step.changed ? 'absorbed' : 'known'] += 1;
          counts.began ||= step.began;
        }
        if (counts.absorbed > 0)
          puts.push(putAlert(alert!, docs[i]?.revision, now(), mayInhibit(alerting, subjectOfAlert(alert!))));
        return { alert: alert!, ...counts };
      });
      // Together with the alerts, so that each is counted once.
      if (result.some(({ began }) => began)) puts.push(putSeries(series, history!, seriesDoc?.revision, now()));
      return { puts, result };
    },
    (at) => {
      const [series, [, ...others]] = bySeries[at]!;
      return [...others.map(({ id }) => alertKey(id)), seriesKey(series)];
    },
  );
  return outcomes.flat();
}

interface JoinOutcome {
  readonly changed: boolean;
  /** Alerts without room. */
  readonly full: readonly Alert[];
  /** A turn that is new. */
  readonly dueAt?: number;
}

interface Joining {
  readonly alerts: { readonly alert: Alert; readonly isPlaced: boolean }[];
  placement?: Placement;
}

/** Notes alerts in all groups that they are in; gives how many changed. What the caller has just read may be old: groups know. */
export async function joinGroups(
  services: Omit<RouterServices, 'topic'>,
  alerting: Alerting,
  alerts: readonly Alert[],
): Promise<number> {
  const { store, now, callAt } = services;
  const joining = new Map<string, Joining>();
  for (const alert of alerts) {
    if (alert.groups.length === 0) continue;
    // By the time at which it began: a route of the day does not take it over from one of the night.
    const placements = placementsOf(alerting.root, subjectOfAlert(alert), alert.firedAt ?? now());
    for (const key of alert.groups) {
      const entry = joining.get(key) ?? { alerts: [] };
      const placement = placements.find((one) => one.groupKey === key);
      entry.alerts.push({ alert, isPlaced: placement !== undefined });
      if (placement !== undefined) entry.placement = placement;
      joining.set(key, entry);
    }
  }
  const entries = [...joining];
  const outcomes = await compareAndSet<JoinOutcome>(
    store,
    entries.map(([key]) => groupKey(key)),
    ([doc], at) => {
      const { alerts, placement } = entries[at]![1];
      const before = bodyOf<Group>(doc) ?? (placement && newGroup(placement));
      // A group of a route that is gone, and of which nothing is known any more: there is nobody to tell.
      if (before === undefined) return { puts: [], result: { changed: false, full: [] } };
      let group = withRoute(before, alerting.root);
      let changed = false;
      const full: Alert[] = [];
      for (const { alert, isPlaced } of alerts) {
        const joined = withAlert(group, alert, isPlaced, now());
        group = joined.group;
        changed ||= joined.changed;
        if (joined.full) full.push(alert);
      }
      if (!changed) return { puts: [], result: { changed, full } };
      const call = group.dueAt !== undefined && group.dueAt !== before.dueAt ? { dueAt: group.dueAt } : {};
      return { puts: [putGroup(group, doc?.revision, now())], result: { changed, full, ...call } };
    },
  );
  await Promise.all(
    outcomes.map((outcome, at) => (outcome.dueAt === undefined ? undefined : callAt(entries[at]![0], outcome.dueAt))),
  );
  await sayFull(
    services,
    outcomes.flatMap(({ full }) => full),
  );
  return outcomes.filter(({ changed }) => changed).length;
}

/** No silent cap: an alert that has no room in a group says so. */
async function sayFull(
  { store, now, alerting }: Omit<RouterServices, 'topic'>,
  alerts: readonly Alert[],
): Promise<void> {
  if (alerts.length === 0) return;
  const rules = await alerting();
  await compareAndSet(
    store,
    alerts.map(({ id }) => alertKey(id)),
    ([doc]) => {
      const alert = bodyOf<Alert>(doc)!;
      if (alert.trace.some(({ code }) => code === 'group-full')) return { puts: [], result: undefined };
      const entry = {
        at: now(),
        code: 'group-full' as const,
        words: 'its group follows as many alerts as it can: it is listed, and told to nobody',
      };
      const said = { ...alert, trace: withEntries(alert.trace, [entry]) };
      return {
        puts: [putAlert(said, doc!.revision, now(), mayInhibit(rules, subjectOfAlert(alert)))],
        result: undefined,
      };
    },
  );
}
