import type { ActionTarget, PersonAction } from '../../shared/alerting/person-action';
import type { ActionResult, Actor, AlertActions } from '../../shared/alerting/ports';

export interface Acted {
  /** Alerts to which something was done, or had been done before. */
  readonly known: number;
  readonly unknown: number;
  /** What happened to the first one to which anything did, for people. */
  readonly words: string;
}

/** Silences and verdicts that are written at once. */
const AT_ONCE = 25;

/** Acts on alerts: on all that were told of, on those that were shown where it is a verdict. Doing the same again changes nothing. Rejects when the state cannot be changed for now. */
export async function act(
  actions: AlertActions,
  action: PersonAction,
  { shown, telling }: ActionTarget,
  actor: Actor,
  now: number,
): Promise<Acted> {
  const all = action.what === 'verdict' || telling === undefined ? undefined : await actions.alertsTold(telling);
  const results = await actOn(actions, action, [...new Set(all ?? shown)], actor, now);
  const known = results.flatMap((result) => (result.outcome === 'unknown-alert' ? [] : [result]));
  // Of several some may be over: what was done is what is said.
  const said = known.find(({ outcome }) => outcome === 'done') ?? known[0];
  const others = known.length > 1 ? ` (${known.length} alerts)` : '';
  return {
    known: known.length,
    unknown: results.length - known.length,
    words: said === undefined ? 'this alert is not known any more' : `${said.words}${others}`,
  };
}

async function actOn(
  actions: AlertActions,
  action: PersonAction,
  ids: readonly string[],
  actor: Actor,
  now: number,
): Promise<readonly ActionResult[]> {
  if (action.what === 'acknowledge') return actions.acknowledgeAll(ids, actor);
  const one = (id: string) =>
    action.what === 'snooze'
      ? actions.snooze(id, now + action.forMs, actor)
      : actions.verdict(id, action.verdict, actor);
  const results: ActionResult[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE)
    results.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map(one))));
  return results;
}
