import { stableId } from '../domain/ids';
import { durationWords } from './document/durations';
import type { ActionResult, Actor, AlertActions } from './ports';
import { alertKey, bodyOf, INDEX, putAlert, type SentEntry, type StoredVerdict, sentKey, verdictKey } from './records';
import { compareAndSet } from './router/compare-and-set';
import { joinGroups } from './router/route-events';
import type { RouterServices } from './router/services';
import { lengthenSilence } from './silences';
import { type Alert, subjectOfAlert, viewOf } from './state/alert';
import { mayInhibit } from './state/mute';
import type { Put } from './store-port';
import { type DecisionCode, withEntries } from './trace';

/** As the router's: an acknowledged group has its turn. */
export type ActionServices = Omit<RouterServices, 'topic'>;

const VERDICTS_MAX = 20;

/** What people do to alerts, over a store. Each is one commit with its line in the trace. */
export function openAlertActions(services: ActionServices): AlertActions {
  const { store, alerting, now } = services;

  async function acknowledgeAll(alertIds: readonly string[], actor: Actor): Promise<readonly ActionResult[]> {
    const steps = await changeAll(services, alertIds, (alert) => {
      if (alert.status === 'none') return unchanged(alert, 'no rule has made an alert of it');
      if (alert.status === 'resolved') return unchanged(alert, 'it is over');
      if (alert.acknowledged !== undefined) return unchanged(alert, `${alert.acknowledged.by} has acknowledged it`);
      const acknowledged = { ...actor, at: now() };
      return changed(
        { ...alert, status: 'acknowledged', acknowledged },
        'acknowledged',
        `${who(actor)} acknowledged it`,
      );
    });
    // Also those that were known: whoever did it may have died before their groups knew.
    const alerts = steps.flatMap((step) => step?.alert ?? []);
    if (alerts.length > 0) await joinGroups(services, await alerting(), alerts);
    return steps.map(answer);
  }

  return {
    acknowledge: async (alertId, actor) => (await acknowledgeAll([alertId], actor))[0]!,
    acknowledgeAll,

    async alertsTold({ groupKey, receiver, transition }) {
      const [doc] = await store.load([sentKey(groupKey, receiver, transition)]);
      return bodyOf<SentEntry>(doc)?.alertIds;
    },

    async resolve(alertId, actor) {
      const result = await change(services, alertId, (alert) => {
        if (alert.status === 'none') return unchanged(alert, 'no rule has made an alert of it');
        if (alert.status === 'resolved') return unchanged(alert, 'it is over');
        const ended = { ...actor, at: now() };
        return changed({ ...alert, status: 'resolved', ended }, 'resolved', `${who(actor)} ended it by hand`);
      });
      if (result?.alert !== undefined) await joinGroups(services, await alerting(), [result.alert]);
      return answer(result);
    },

    async snooze(alertId, until, actor) {
      const [doc] = await store.load([alertKey(alertId)]);
      const alert = bodyOf<Alert>(doc);
      if (alert === undefined) return { outcome: 'unknown-alert' };
      if (until <= now()) return answer({ ...unchanged(alert, 'the time is over'), alert });
      // One for each person: pressed again it mutes for longer, and lists no second one.
      const id = stableId('snooze', alertId, actor.by).slice(0, 12);
      const silence = { match: { alert: alertId }, startsAt: now(), endsAt: until, by: actor.by };
      const { endsAt } = await lengthenSilence(store, id, { ...silence, reason: `snoozed from ${actor.via}` }, now());
      const name = `until ${new Date(endsAt).toISOString()} (silence ${id})`;
      const words = `${who(actor)} snoozed it for ${durationWords(endsAt - now())}, ${name}`;
      return answer(
        await change(services, alertId, (known) =>
          known.trace.some(({ code, words: said }) => code === 'snoozed' && said.includes(name))
            ? unchanged(known, 'it is snoozed until then')
            : changed(known, 'snoozed', words),
        ),
      );
    },

    async verdict(alertId, verdict, actor, note) {
      return answer(
        await change(services, alertId, (alert) => {
          const before = alert.verdicts.findLast(({ by }) => by === actor.by);
          if (before?.verdict === verdict && before.note === note) return unchanged(alert, `${actor.by} has said so`);
          const given = { ...actor, verdict, at: now(), ...(note === undefined ? {} : { note: note.slice(0, 500) }) };
          const verdicts = [...alert.verdicts, given].slice(-VERDICTS_MAX);
          const words = `${who(actor)}: ${verdict === 'real' ? 'a real anomaly' : 'a false alarm'}`;
          const { source, metric, kind, since } = alert.facts;
          const put: Put = {
            ...verdictKey(alertId, given.at, actor.by),
            expected: undefined,
            body: {
              ...given,
              alertId,
              episodeId: alert.episodeId,
              source,
              ...(metric === undefined ? {} : { metric }),
              kind,
              since,
              ...(alert.facts.closedAt === undefined ? {} : { closedAt: alert.facts.closedAt }),
            } satisfies StoredVerdict,
            index: { name: INDEX.verdicts, at: given.at },
          };
          return changed({ ...alert, verdicts }, 'verdict', words, [put]);
        }),
      );
    },

    async view(alertId) {
      const [doc] = await store.load([alertKey(alertId)]);
      const alert = bodyOf<Alert>(doc);
      return alert && viewOf(alert);
    },
  };
}

interface Step {
  readonly alert: Alert;
  readonly outcome: 'done' | 'no-change';
  readonly words: string;
  readonly code?: DecisionCode;
  readonly puts?: readonly Put[];
}

function changed(alert: Alert, code: DecisionCode, words: string, puts: readonly Put[] = []): Step {
  return { alert: { ...alert, change: alert.change + 1 }, outcome: 'done', code, words, puts };
}

function unchanged(alert: Alert, words: string): Step {
  return { alert, outcome: 'no-change', words };
}

async function change(services: ActionServices, alertId: string, decide: (alert: Alert) => Step) {
  return (await changeAll(services, [alertId], decide))[0];
}

async function changeAll(
  { store, alerting, now }: ActionServices,
  alertIds: readonly string[],
  decide: (alert: Alert) => Step,
): Promise<readonly (Step | undefined)[]> {
  const rules = await alerting();
  return compareAndSet<Step | undefined>(store, alertIds.map(alertKey), ([doc]) => {
    const before = bodyOf<Alert>(doc);
    if (before === undefined) return { puts: [], result: undefined };
    const step = decide(before);
    if (step.code === undefined) return { puts: [], result: step };
    const entry = { at: now(), code: step.code, words: step.words };
    const alert = { ...step.alert, trace: withEntries(before.trace, [entry]) };
    const put = putAlert(alert, doc!.revision, now(), mayInhibit(rules, subjectOfAlert(alert)));
    return { puts: [put, ...(step.puts ?? [])], result: { ...step, alert } };
  });
}

function answer(step: Step | undefined): ActionResult {
  if (step === undefined) return { outcome: 'unknown-alert' };
  return { outcome: step.outcome, alert: viewOf(step.alert), words: step.words };
}

function who({ by, via }: Actor): string {
  return `${by} (${via})`;
}
