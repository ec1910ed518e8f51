import { openAlertActions } from './alert-actions';
import { AlertingWorld, anomaly, HOUR, MINUTE, START } from './alerting.factory';
import { alertKey } from './records';
import { alertIdOf } from './state/alert';
import type { AlertStore } from './store-port';
import { listVerdicts } from './verdicts';

const anna = { by: 'anna', via: 'slack' } as const;
const bob = { by: 'bob', via: 'cli' } as const;
const idOf = (source: string) => alertIdOf(`episode of ${source}`);

async function judged() {
  const world = new AlertingWorld();
  await world.events(anomaly({ source: 'a' }), anomaly({ source: 'b', timestamp: START + 2 * HOUR }));
  await world.at(MINUTE);
  const actions = openAlertActions(world.services);
  await actions.verdict(idOf('a'), 'real', anna);
  return { world, actions };
}

test('a verdict names its alert, the series, and the time of the episode as it is known by now', async () => {
  const { world } = await judged();
  const begun = { alertId: idOf('a'), episodeId: 'episode of a', source: 'a', metric: 'temperature', kind: 'value' };
  const said = { ...anna, verdict: 'real', at: START + MINUTE };
  expect(await listVerdicts(world.store)).toEqual([{ ...begun, ...said, from: START, to: START }]);
  await world.events(anomaly({ source: 'a', transition: 2, severity: 'critical', timestamp: START + 5 * MINUTE }));
  expect(await listVerdicts(world.store)).toMatchObject([{ to: START + 5 * MINUTE }]);
  await world.events(anomaly({ source: 'a', transition: 3, phase: 'closed', timestamp: START + HOUR }));
  expect(await listVerdicts(world.store)).toMatchObject([{ from: START, to: START + HOUR }]);
});

test('the newest verdict of an alert holds, whoever gave it', async () => {
  const { world, actions } = await judged();
  await world.at(2 * MINUTE);
  await actions.verdict(idOf('a'), 'false-alarm', bob, 'cleaning');
  expect(await listVerdicts(world.store)).toMatchObject([{ by: 'bob', verdict: 'false-alarm', note: 'cleaning' }]);
  await world.at(3 * MINUTE);
  await actions.verdict(idOf('a'), 'real', anna, 'it leaked');
  expect(await listVerdicts(world.store)).toMatchObject([{ by: 'anna', verdict: 'real', note: 'it leaked' }]);
});

test.each([
  ['all of it', {}, ['a', 'b']],
  ['from the end of the first', { from: START + HOUR }, ['a', 'b']],
  ['from after the first', { from: START + HOUR + 1 }, ['b']],
  ['up to the second', { to: START + 2 * HOUR }, ['a']],
  ['between both', { from: START + HOUR + 1, to: START + 2 * HOUR }, []],
])('of a range, those whose alert overlaps it: %s', async (_, range, sources) => {
  const { world, actions } = await judged();
  await world.events(anomaly({ source: 'a', transition: 2, phase: 'closed', timestamp: START + HOUR }));
  await actions.verdict(idOf('b'), 'false-alarm', bob);
  expect((await listVerdicts(world.store, range)).map(({ source }) => source)).toEqual(sources);
});

test('a verdict outlives its alert', async () => {
  const { world } = await judged();
  const forgetful: AlertStore = {
    ...world.store,
    load: async (keys) =>
      (await world.store.load(keys)).map((doc) => (doc?.sort === alertKey('').sort ? undefined : doc)),
  };
  expect(await listVerdicts(forgetful)).toMatchObject([{ source: 'a', from: START, to: START }]);
});
