import { AlertingWorld, anomaly, RULES, START } from '../../shared/alerting/alerting.factory';
import { alertingInForce, applyRules } from '../../shared/alerting/rules-store';
import { createMemoryStore } from '../../shared/alerting/store/memory-store';
import type { AlertStore } from '../../shared/alerting/store-port';
import type { Notification } from '../../shared/domain/notification';
import { TransientFault } from '../../shared/domain/transient-fault';
import { sqsHandler } from '../../shared/runtime/sqs';
import { routeAlerts, tickAlerts } from './route-alerts';
import type { Services } from './services';

function parts(store: AlertStore = createMemoryStore()) {
  let now = START;
  const published: Notification[] = [];
  const calls: { group: string; at: number }[] = [];
  const problems: string[] = [];
  const services: Services = {
    store,
    topic: { publish: async (notifications) => void published.push(...notifications) },
    alerting: async () => new AlertingWorld().alerting,
    callAt: async (group, at) => void calls.push({ group, at }),
    now: () => now,
    delay: { delay: async () => {} },
    turnsMax: 100,
    observe: { routed: () => {}, turned: () => {}, ticked: () => {}, problem: (what) => void problems.push(what) },
  };
  const handler = sqsHandler(async () => services, routeAlerts);
  const deliver = (...bodies: unknown[]) =>
    handler({
      Records: bodies.map((body, i) => ({
        ...{ messageId: `m${i}`, receiptHandle: `r${i}`, body: typeof body === 'string' ? body : JSON.stringify(body) },
        ...({ attributes: { ApproximateReceiveCount: '1' } } as never as { attributes: never }),
        ...{ messageAttributes: {}, md5OfBody: '', eventSource: 'aws:sqs', eventSourceARN: '', awsRegion: '' },
      })),
    });
  return { services, deliver, published, calls, problems, wait: (ms: number) => (now += ms) };
}

const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

test('events become alerts, a delayed message calls the group, and its turn tells', async () => {
  const { deliver, calls, published, wait } = parts();
  expect(await deliver(anomaly({ source: 'a' }), anomaly({ source: 'b' }))).toEqual(failures());
  expect(calls).toEqual([{ group: expect.any(String), at: START + 30_000 }]);
  const turn = { turnOf: calls[0]!.group };
  expect(await deliver(turn)).toEqual(failures());
  expect(published).toEqual([]);
  // A call that comes early calls nobody.
  expect(calls).toHaveLength(1);
  wait(30_000);
  expect(await deliver(turn, turn)).toEqual(failures());
  expect(published).toMatchObject([{ reason: 'first', counts: { firing: 2 }, receiver: { name: 'slack' } }]);
  expect(await deliver(turn)).toEqual(failures());
  expect(calls.map(({ at }) => at - START)).toEqual([30_000, 30_000 + 4 * 3_600_000]);
});

test('what SNS wrapped is taken out of its envelope', async () => {
  const { deliver, calls } = parts();
  const wrapped = { Type: 'Notification', TopicArn: 'arn', Message: JSON.stringify(anomaly({ source: 'a' })) };
  expect(await deliver(wrapped)).toEqual(failures());
  expect(calls).toHaveLength(1);
});

test.each<[string, unknown]>([
  ['no JSON', '{'],
  ['another message', { hello: 'world' }],
  ['an event that is none', { ...anomaly({ source: 'a' }), alarmScore: 7 }],
])('%s stays in the queue, and the others of the batch do not', async (_, body) => {
  const { deliver, calls, problems } = parts();
  expect(await deliver(body, anomaly({ source: 'b' }))).toEqual(failures('m0'));
  expect(calls).toHaveLength(1);
  expect(problems).toEqual(['message']);
});

test('when the store does not answer, events come again, and nothing is doubled', async () => {
  const memory = createMemoryStore();
  let isAway = true;
  const { deliver, published, wait, services } = parts({
    ...memory,
    commit: async (puts) => {
      if (isAway) throw new TransientFault('alert store', 'away');
      return memory.commit(puts);
    },
  });
  const events = [anomaly({ source: 'a' }), anomaly({ source: 'b' })];
  expect(await deliver(...events)).toEqual(failures('m0', 'm1'));
  isAway = false;
  expect(await deliver(...events)).toEqual(failures());
  wait(30_000);
  expect(await tickAlerts(services)).toMatchObject({ turns: 1, told: 1, failed: 0 });
  expect(published).toHaveLength(1);
});

test('a group whose turn fails is told by the next tick, and holds up no other', async () => {
  const { deliver, published, wait, services } = parts();
  await deliver(anomaly({ source: 'a' }), anomaly({ source: 'b', tags: { site: 'paris' } }));
  wait(30_000);
  let isAway = true;
  const topic = {
    publish: async (notifications: readonly Notification[]) => {
      if (isAway && notifications[0]!.group['site'] === 'paris') throw new TransientFault('notification topic', 'away');
      published.push(...notifications);
    },
  };
  expect(await tickAlerts({ ...services, topic })).toMatchObject({ turns: 2, failed: 1 });
  isAway = false;
  wait(30_000);
  expect(await tickAlerts({ ...services, topic })).toMatchObject({ turns: 1, failed: 0 });
  expect(published.map(({ group, transition }) => `${group['site']} ${transition}`)).toEqual(['berlin 1', 'paris 1']);
});

test('turns for which there is no time left are left to the next tick', async () => {
  const { deliver, published, wait, services } = parts();
  await deliver(anomaly({ source: 'a' }));
  wait(30_000);
  expect(await tickAlerts(services, () => 5_000)).toMatchObject({ turns: 0, told: 0, failed: 0 });
  expect(published).toEqual([]);
  expect(await tickAlerts(services, () => 50_000)).toMatchObject({ turns: 1, told: 1 });
});

test('a tick takes turns of several groups at a time', async () => {
  const { deliver, wait, services } = parts();
  await deliver(anomaly({ source: 'a' }), anomaly({ source: 'b', tags: { site: 'paris' } }));
  wait(30_000);
  const waiting: (() => void)[] = [];
  const topic = {
    // Each is published when the other is under way too.
    publish: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      }),
  };
  expect(await tickAlerts({ ...services, topic })).toMatchObject({ turns: 2, told: 2 });
});

describe('rules in force', () => {
  const options = () => {
    const problems: unknown[] = [];
    let clock = 0;
    const onProblem = (_: string, error: unknown) => void problems.push(error);
    return {
      problems,
      pass: (ms: number) => (clock += ms),
      options: { clock: () => clock, maxAgeMs: 1_000, onProblem },
    };
  };

  test('are read again after a while, and without any nothing is an alert', async () => {
    const store = createMemoryStore();
    const { options: given, pass } = options();
    const alerting = alertingInForce(store, given);
    expect((await alerting()).rules).toHaveLength(0);
    expect(await applyRules(store, JSON.stringify(RULES), 'anna', START)).toEqual({ version: 1, changed: true });
    expect((await alerting()).rules).toHaveLength(0);
    pass(1_000);
    expect((await alerting()).rules).toHaveLength(1);
    expect(await applyRules(store, JSON.stringify(RULES), 'anna', START)).toEqual({ version: 1, changed: false });
  });

  test('stay when the store does not answer', async () => {
    const store = createMemoryStore();
    await applyRules(store, JSON.stringify(RULES), 'anna', START);
    let isAway = false;
    const load: AlertStore['load'] = async (keys) => {
      if (isAway) throw new TransientFault('alert store', 'away');
      return store.load(keys);
    };
    const { options: given, pass, problems } = options();
    const alerting = alertingInForce({ ...store, load }, given);
    await alerting();
    isAway = true;
    pass(5_000);
    expect((await alerting()).rules).toHaveLength(1);
    expect(problems).toHaveLength(1);
  });
});
