import { openAlertActions } from './alert-actions';
import { AlertingWorld, anomaly, HOUR, MINUTE, START } from './alerting.factory';
import { explainAlert } from './explain';
import { INDEX } from './records';
import { addSilence, currentSilences, expireSilence } from './silences';
import { alertIdOf } from './state/alert';

const ID = alertIdOf('episode of a');
const anna = { by: 'anna', via: 'slack' } as const;
const bob = { by: 'bob', via: 'email' } as const;

async function firing() {
  const world = new AlertingWorld({ route: { receivers: ['slack'], repeatInterval: '1h' } });
  await world.events(anomaly({ source: 'a' }));
  await world.at(MINUTE);
  return { world, actions: openAlertActions(world.services) };
}

test('an alert is acknowledged by who is first', async () => {
  const { actions } = await firing();
  expect(await actions.acknowledge(ID, anna)).toMatchObject({
    outcome: 'done',
    alert: { status: 'acknowledged', acknowledgedBy: 'anna' },
    words: 'anna (slack) acknowledged it',
  });
  expect(await actions.acknowledge(ID, bob)).toMatchObject({ outcome: 'no-change', words: 'anna has acknowledged it' });
});

test('all that a notification told of is acknowledged at once, shown in it or not: nothing of it is repeated', async () => {
  const world = new AlertingWorld({ route: { receivers: ['slack'], repeatInterval: '1h' } });
  const actions = openAlertActions(world.services);
  await world.events(...Array.from({ length: 60 }, (_, i) => anomaly({ source: `pump-${i}` })));
  await world.at(MINUTE);
  const [first] = world.published;
  expect(first!.alerts.length).toBeLessThan(60);
  const { groupKey, transition, receiver } = first!;
  const told = await actions.alertsTold({ groupKey, transition, receiver: receiver.name });
  expect(told).toHaveLength(60);
  const results = await actions.acknowledgeAll([...told!, 'none'], anna);
  expect(results.map(({ outcome }) => outcome)).toEqual([...told!.map(() => 'done'), 'unknown-alert']);
  await world.at(5 * HOUR);
  expect(world.published.map(({ reason }) => reason)).toEqual(['first', 'acknowledged']);
  expect(await actions.alertsTold({ groupKey, transition: 9, receiver: receiver.name })).toBeUndefined();
});

test('what is over is not acknowledged', async () => {
  const { world, actions } = await firing();
  await world.events(anomaly({ source: 'a', transition: 2, phase: 'closed' }));
  expect(await actions.acknowledge(ID, anna)).toMatchObject({ outcome: 'no-change', alert: { status: 'resolved' } });
});

test('who acts on what is not there hears so', async () => {
  const { actions } = await firing();
  for (const act of [
    actions.acknowledge('none', anna),
    actions.snooze('none', START + HOUR, anna),
    actions.verdict('none', 'real', anna),
  ])
    expect(await act).toEqual({ outcome: 'unknown-alert' });
  expect(await actions.view('none')).toBeUndefined();
});

test('a snoozed alert is told to nobody until then, and its neighbours are', async () => {
  const { world, actions } = await firing();
  const until = START + 3 * HOUR;
  expect(await actions.snooze(ID, until, anna)).toMatchObject({
    outcome: 'done',
    words: expect.stringContaining('snoozed it for 2h 59m'),
  });
  expect(await actions.snooze(ID, until, anna)).toMatchObject({ outcome: 'no-change' });
  await world.events(anomaly({ source: 'b' }));
  await world.at(2 * HOUR);
  expect(world.told()).toEqual([
    'slack #1 first after 30 s: 1 firing',
    'slack #2 worse after 330 s: 1 firing, 1 muted',
    'slack #3 repeat after 3930 s: 1 firing, 1 muted',
  ]);
});

test('a snooze that is pressed twice is one silence, and a longer one makes it longer', async () => {
  const { world, actions } = await firing();
  const now = world.router.now();
  expect(await actions.snooze(ID, now + HOUR, anna)).toMatchObject({ outcome: 'done' });
  expect(await actions.snooze(ID, now + HOUR + 400, anna)).toMatchObject({ outcome: 'no-change' });
  expect(await actions.snooze(ID, now + 2 * HOUR, anna)).toMatchObject({ outcome: 'done' });
  expect(await currentSilences(world.store, now)).toMatchObject([{ by: 'anna', endsAt: now + 2 * HOUR }]);
});

test('an alert whose end was lost is ended by hand, which is told once and final', async () => {
  const { world, actions } = await firing();
  expect(await actions.resolve(ID, anna)).toMatchObject({ outcome: 'done', alert: { status: 'resolved' } });
  expect(await actions.resolve(ID, bob)).toMatchObject({ outcome: 'no-change', words: 'it is over' });
  await world.events(anomaly({ source: 'a', transition: 2, severity: 'critical' }));
  await world.at(5 * HOUR);
  expect(world.told()).toEqual(['slack #1 first after 30 s: 1 firing', 'slack #2 resolved after 90 s: 1 resolved']);
});

test('what a silence muted that is ended by hand is told with the next turn', async () => {
  const world = new AlertingWorld({ route: { receivers: ['slack'], groupInterval: '1h' } });
  const silence = { match: { source: 'a' }, startsAt: START, endsAt: START + 8 * HOUR, by: 'anna', reason: 'works' };
  await addSilence(world.store, 's-1', silence, START);
  await world.events(anomaly({ source: 'a' }));
  await world.at(5 * MINUTE);
  await expireSilence(world.store, 's-1', START + 5 * MINUTE);
  await world.at(HOUR);
  expect(world.told()).toEqual(['slack #1 first after 300 s: 1 firing']);
});

test('verdicts are kept, the last one of a person holds, and training finds them by time', async () => {
  const { world, actions } = await firing();
  expect(await actions.verdict(ID, 'real', anna)).toMatchObject({ outcome: 'done' });
  expect(await actions.verdict(ID, 'real', anna)).toMatchObject({ outcome: 'no-change' });
  await world.at(2 * MINUTE);
  await actions.verdict(ID, 'false-alarm', anna, 'cleaning');
  await actions.verdict(ID, 'real', bob);
  const verdicts = await world.store.load(await world.store.indexed(INDEX.verdicts));
  expect(verdicts.map((doc) => doc?.body)).toMatchObject([
    { by: 'anna', verdict: 'real', source: 'a', metric: 'temperature', episodeId: 'episode of a', since: START },
    { by: 'anna', verdict: 'false-alarm', note: 'cleaning' },
    { by: 'bob', verdict: 'real' },
  ]);
});

test('the story of an alert holds what was decided, by whom, and why nobody was told', async () => {
  const { world, actions } = await firing();
  await actions.snooze(ID, START + HOUR, anna);
  await world.events(anomaly({ source: 'a', transition: 2, severity: 'critical' }));
  await world.at(10 * MINUTE);
  await world.events(anomaly({ source: 'a', transition: 3, phase: 'closed', timestamp: START + 10 * MINUTE }));
  await world.at(HOUR);
  const { story } = (await explainAlert(world.store, ID))!;
  const words = story.map((one) => one.words);
  expect(words).toEqual(
    expect.arrayContaining([
      'rule all fits event 1 (opened, high, score 0.75)',
      'route root to slack',
      'slack: told by notification 1 (first): 1 alert not told before',
      'notification 1 (first) to slack: waits to be sent',
      expect.stringMatching(/^anna \(slack\) snoozed it for 59m/),
      'from high to critical with event 2',
      expect.stringMatching(/^muted by silence \w+ by anna until 2026-11-22T13:00:00.000Z/),
      'slack: nothing new since notification 1: what was told of is muted now',
      'the episode is over, 2026-11-22T12:10:00.000Z',
      'slack: told by notification 2 (resolved): all that was told of is over',
    ]),
  );
  expect(story.map(({ at }) => at)).toEqual(story.map(({ at }) => at).sort((a, b) => a - b));
});

test('the story of an episode that is no alert says which rules do not fit', async () => {
  const world = new AlertingWorld({ rules: [{ name: 'pumps', match: { source: 'pump-*' } }] });
  await world.events(anomaly({ source: 'a' }));
  await world.at(HOUR);
  expect(world.told()).toEqual([]);
  const { alert, story } = (await explainAlert(world.store, ID))!;
  expect(alert.status).toBe('none');
  expect(story.map(({ words }) => words)).toEqual(['pumps: source is a, not pump-*']);
});
