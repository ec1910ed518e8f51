import type { PersonAction } from '../../shared/alerting/person-action';
import type { ActionResult, Actor, AlertActions } from '../../shared/alerting/ports';

export interface Acted {
  /** Alerts to which something was done, or had been done before. */
  readonly known: number;
  readonly unknown: number;
  /** What happened to the first one, for people. */
  readonly words: string;
}

/** Acts on alerts, one after the other. Doing the same again changes nothing. Rejects when the state cannot be changed for now. */
export async function act(
  actions: AlertActions,
  action: PersonAction,
  alertIds: readonly string[],
  actor: Actor,
  now: number,
): Promise<Acted> {
  const results: ActionResult[] = [];
  for (const id of alertIds) results.push(await actOn(actions, action, id, actor, now));
  const known = results.flatMap((result) => (result.outcome === 'unknown-alert' ? [] : [result.words]));
  const others = known.length > 1 ? ` (${known.length} alerts)` : '';
  return {
    known: known.length,
    unknown: results.length - known.length,
    words: known.length === 0 ? 'this alert is not known any more' : `${known[0]}${others}`,
  };
}

function actOn(
  actions: AlertActions,
  action: PersonAction,
  id: string,
  actor: Actor,
  now: number,
): Promise<ActionResult> {
  switch (action.what) {
    case 'acknowledge':
      return actions.acknowledge(id, actor);
    case 'snooze':
      return actions.snooze(id, now + action.forMs, actor);
    case 'verdict':
      return actions.verdict(id, action.verdict, actor);
  }
}
