import { z } from 'zod';
import { routeEvents } from '../../shared/alerting/router/route-events';
import { takeGroupTurn } from '../../shared/alerting/router/take-turn';
import { type TickCounts, tick } from '../../shared/alerting/router/tick';
import { type AnomalyEvent, AnomalyEventSchema } from '../../shared/domain/anomaly-event';
import type { MessageOutcome, QueueMessage } from '../../shared/runtime/sqs';
import type { Services } from './services';

const TurnSchema = z.object({ turnOf: z.string().min(1) });

type Read =
  | { readonly what: 'event'; readonly at: number; readonly event: AnomalyEvent }
  | { readonly what: 'turn'; readonly at: number; readonly group: string };

/**
 * A batch of messages: anomaly events, and groups whose turn may have come. Both may come twice, in any order, and again after
 * a batch that died. What cannot be read stays in the queue, whose dead letters people see.
 */
export async function routeAlerts(
  messages: readonly QueueMessage[],
  services: Services,
): Promise<readonly MessageOutcome[]> {
  const outcomes: MessageOutcome[] = messages.map(() => ({ done: false }));
  const read = messages.flatMap(({ body }, at) => readMessage(body, at, services));
  const events = read.filter((one) => one.what === 'event');
  for (const at of await routeSome(events, services)) outcomes[at] = { done: true };
  const turns = new Map<string, number[]>();
  for (const one of read) if (one.what === 'turn') turns.set(one.group, [...(turns.get(one.group) ?? []), one.at]);
  for (const [group, places] of turns) {
    try {
      services.observe.turned(await takeGroupTurn(services, group));
      for (const at of places) outcomes[at] = { done: true };
    } catch (error) {
      services.observe.problem('turn of a group', error);
    }
  }
  return outcomes;
}

const TURNS_AT_ONCE = 8;
/** With less time left no turn is begun: it would be cut off in its midst. */
const TURN_MS_MAX = 15_000;

/** What a schedule calls: turns that are due and that no message has called. */
export async function tickAlerts(
  services: Services,
  timeLeftMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<TickCounts> {
  const { turnsMax, observe } = services;
  const counts = await tick(services, {
    turnsMax,
    atOnce: TURNS_AT_ONCE,
    hasTime: () => timeLeftMs() > TURN_MS_MAX,
    onProblem: observe.problem,
  });
  services.observe.ticked(counts);
  return counts;
}

type ReadEvent = Extract<Read, { what: 'event' }>;

/** All at once, and if that fails one by one: an event that can never be routed holds up no other. Gives whose are done. */
async function routeSome(events: readonly ReadEvent[], services: Services): Promise<readonly number[]> {
  if (events.length === 0) return [];
  try {
    const all = events.map(({ event }) => event);
    services.observe.routed(await routeEvents(services, all), all);
    return events.map(({ at }) => at);
  } catch (error) {
    services.observe.problem('events', error);
    if (events.length === 1) return [];
  }
  const done: number[] = [];
  for (const one of events) done.push(...(await routeSome([one], services)));
  return done;
}

function readMessage(body: string, at: number, { observe }: Services): readonly Read[] {
  try {
    const value: unknown = JSON.parse(body);
    const turn = TurnSchema.safeParse(value);
    if (turn.success) return [{ what: 'turn', at, group: turn.data.turnOf }];
    return [{ what: 'event', at, event: AnomalyEventSchema.parse(value) }];
  } catch {
    // What was wrong with it may quote it.
    observe.problem('message', new Error('a message is neither an anomaly event nor a turn'));
    return [];
  }
}
