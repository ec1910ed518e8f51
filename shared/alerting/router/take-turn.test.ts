import { AlertingWorld, anomaly, MINUTE, START } from '../alerting.factory';
import { bodyOf, groupKey, INDEX } from '../records';
import type { Group } from '../state/group';
import type { AlertStore } from '../store-port';
import { routeEvents } from './route-events';
import { takeGroupTurn } from './take-turn';

test('an alert that joins between the commit of a turn and its end has its own turn in time, and it is called', async () => {
  const world = new AlertingWorld();
  await world.events(anomaly({ source: 'a' }));
  const { store } = world.services;
  const [due] = await store.indexed(INDEX.due);
  const key = due!.partition.slice('group#'.length);
  const called: number[] = [];
  const services = {
    ...world.services,
    now: () => START + 30_000,
    callAt: async (_: string, at: number) => void called.push(at),
  };
  let commits = 0;
  const raced: AlertStore = {
    ...store,
    async commit(puts) {
      const isDone = await store.commit(puts);
      if (commits++ === 0) await routeEvents(services, [anomaly({ source: 'b', severity: 'critical' })]);
      return isDone;
    },
  };
  await takeGroupTurn({ ...services, store: raced }, key);
  const [doc] = await store.load([groupKey(key)]);
  const group = bodyOf<Group>(doc)!;
  expect(Object.keys(group.members)).toHaveLength(2);
  expect(group.pending).toEqual([]);
  expect(group.dueAt).toBeLessThanOrEqual(START + MINUTE);
  expect(called).toContain(group.dueAt);
});
