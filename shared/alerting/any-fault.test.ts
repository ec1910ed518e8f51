import fc from 'fast-check';
import type { AnomalyEvent } from '../domain/anomaly-event';
import type { Notification } from '../domain/notification';
import { AlertingWorld, anomaly, MINUTE, START } from './alerting.factory';
import { openNotificationLog } from './notification-log';
import { INDEX } from './records';
import { routeEvents } from './router/route-events';
import type { RouterServices } from './router/services';
import { tick } from './router/tick';

/** What takes effect at receivers: each notification once, by the log. */
async function effects(world: AlertingWorld): Promise<string[]> {
  let token = 0;
  const log = openNotificationLog(world.store, world.router.now, () => `t${token++}`);
  const sent: string[] = [];
  for (const notification of world.published) {
    const claim = await log.claim(notification, 1_000);
    if (claim.outcome !== 'claimed') continue;
    expect(claim.mayRepeat).toBe(false);
    await log.sent(notification, claim.token, { words: 'ok' });
    sent.push(effectOf(notification));
  }
  return sent.sort();
}

function effectOf({ receiver, transition, reason, counts, group, decidedAt }: Notification): string {
  return JSON.stringify([group, receiver.name, transition, reason, counts, decidedAt - START]);
}

const rules = {
  route: {
    receivers: ['slack', 'mail'],
    groupBy: ['tags.site'],
    escalate: { after: '10m', receivers: ['pager'] },
    repeatInterval: '20m',
  },
};

/** Batches by minute. */
type Script = readonly (readonly [minute: number, events: readonly AnomalyEvent[]])[];

const of = (source: string, transition: number, over = {}) =>
  anomaly({
    source,
    transition,
    phase: transition === 1 ? 'opened' : 'updated',
    tags: { site: source.slice(0, 1) },
    ...over,
  });

const SCRIPT: Script = [
  [0, [of('a1', 1), of('a2', 1), of('b1', 1, { severity: 'low' })]],
  [2, [of('a1', 2, { severity: 'critical' })]],
  [4, [of('b2', 1)]],
  [30, [of('a1', 3, { phase: 'closed' }), of('a2', 2, { phase: 'closed' })]],
  [31, [of('a3', 1)]],
  [50, [of('b1', 2, { phase: 'closed' }), of('b2', 2, { phase: 'closed' }), of('a3', 2, { phase: 'closed' })]],
  [60, [of('b3', 1), of('a4', 1, { severity: 'medium' })]],
  [75, [of('b3', 2, { phase: 'closed' })]],
];
const END = 90;

class Killed extends Error {}

/** Services of which the nth call dies, before or after its effect. Later calls work: another router takes over. */
function mortal(
  services: RouterServices,
  dieAt: number,
  isAfter: boolean,
): { services: RouterServices; calls: () => number } {
  let calls = 0;
  const wrap =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const dies = ++calls === dieAt;
      if (dies && !isAfter) throw new Killed();
      const result = await call(...args);
      if (dies) throw new Killed();
      return result;
    };
  const { store, topic } = services;
  return {
    calls: () => calls,
    services: {
      ...services,
      store: {
        ...store,
        load: wrap(store.load),
        commit: wrap(store.commit),
        indexed: wrap(store.indexed),
        list: wrap(store.list),
      },
      topic: { publish: wrap(topic.publish) },
      callAt: wrap(services.callAt),
    },
  };
}

/**
 * The script with a router that is killed once; whoever dies is followed by another that gets the same batch, or the turns
 * that are still due. Time goes from one moment at which there is something to do to the next.
 */
async function run(dieAt = 0, isAfter = false): Promise<{ world: AlertingWorld; calls: number }> {
  const world = new AlertingWorld(rules);
  let time = START;
  const { services, calls } = mortal({ ...world.services, now: () => time }, dieAt, isAfter);
  const insist = async (work: () => Promise<unknown>) => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  };
  const onProblem = (_: string, error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  };
  const batches = [...SCRIPT];
  for (;;) {
    const [due] = await world.store.indexed(INDEX.due, { limit: 1 });
    const batchAt = batches[0] === undefined ? Number.POSITIVE_INFINITY : START + batches[0][0] * MINUTE;
    time = Math.max(time, Math.min(batchAt, due?.at ?? Number.POSITIVE_INFINITY));
    if (time > START + END * MINUTE || (batches.length === 0 && due === undefined)) return { world, calls: calls() };
    if (time === batchAt) await insist(() => routeEvents(services, batches[0]![1])).then(() => batches.shift());
    await insist(() => tick(services, { turnsMax: 100, onProblem }));
  }
}

test('a router killed between any two awaits loses nothing and doubles nothing', async () => {
  const peace = await run();
  const expected = await effects(peace.world);
  expect(expected.length).toBeGreaterThan(15);
  let deaths = 0;
  // Every call dies once, before or after its effect in turn.
  for (let dieAt = 1; dieAt <= peace.calls; dieAt++) {
    const isAfter = dieAt % 2 === 0;
    const { world } = await run(dieAt, isAfter);
    expect([dieAt, isAfter, await effects(world)]).toEqual([dieAt, isAfter, expected]);
    deaths += 1;
  }
  expect(deaths).toBeGreaterThan(250);
});

describe('any sequence', () => {
  const event = fc.record({
    episode: fc.integer({ min: 0, max: 5 }),
    transition: fc.integer({ min: 1, max: 4 }),
    severity: fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const),
    isEnd: fc.boolean(),
    minute: fc.integer({ min: 0, max: 12 }),
  });
  const toEvent = ({
    episode,
    transition,
    severity,
    isEnd,
    minute,
  }: {
    episode: number;
    transition: number;
    severity: 'low' | 'medium' | 'high' | 'critical';
    isEnd: boolean;
    minute: number;
  }) =>
    anomaly({
      source: `s${episode}`,
      transition,
      severity,
      phase: isEnd && transition > 1 ? 'closed' : transition === 1 ? 'opened' : 'updated',
      tags: { site: episode % 2 === 0 ? 'x' : 'y' },
      timestamp: START + minute * MINUTE,
    });

  async function told(
    deliveries: readonly { readonly minute: number; readonly event: AnomalyEvent }[],
  ): Promise<string[]> {
    const world = new AlertingWorld(rules);
    for (let minute = 0; minute <= 20; minute++) {
      await world.at(minute * MINUTE);
      const batch = deliveries.filter((one) => one.minute === minute).map((one) => one.event);
      if (batch.length > 0) await world.events(...batch);
    }
    await world.at(60 * MINUTE);
    return effects(world);
  }

  test('with duplicates has the effects of the one without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(event, {
          selector: ({ episode, transition, isEnd }) => `${episode} ${transition} ${isEnd}`,
          maxLength: 12,
        }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 8 })), { maxLength: 12 }),
        async (drawn, repeats) => {
          const once = drawn.map((one) => ({ minute: one.minute, event: toEvent(one) }));
          const again = repeats.flatMap(([which, later]) => {
            const one = once[which % Math.max(1, once.length)];
            return one === undefined ? [] : [{ ...one, minute: one.minute + later }];
          });
          expect(await told([...once, ...again])).toEqual(await told(once));
        },
      ),
      { numRuns: 60, seed: 6 },
    );
  });

  test('of one moment has the same effects in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .uniqueArray(event, {
            selector: ({ episode, transition, isEnd }) => `${episode} ${transition} ${isEnd}`,
            maxLength: 10,
          })
          .chain((drawn) => fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length }))),
        async ([drawn, shuffled]) => {
          const at = (events: typeof drawn) =>
            events.map((one) => ({ minute: one.episode % 3, event: toEvent({ ...one, minute: 0 }) }));
          expect(await told(at(shuffled))).toEqual(await told(at(drawn)));
        },
      ),
      { numRuns: 60, seed: 6 },
    );
  });
});
