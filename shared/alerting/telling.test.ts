import { openAlertActions } from './alert-actions';
import { AlertingWorld, anomaly, HOUR, MINUTE, START } from './alerting.factory';
import type { AlertingDocumentInput } from './document/schema';
import { addSilence } from './silences';
import { alertIdOf } from './state/alert';

const S = 1_000;
const opened = (source: string, over = {}) => anomaly({ source, ...over });
const worse = (source: string, severity: 'high' | 'critical', transition = 2) =>
  anomaly({ source, severity, transition });
const closed = (source: string, transition = 9) => anomaly({ source, transition, phase: 'closed' });

type Step = (world: AlertingWorld) => Promise<unknown>;
const event =
  (...events: ReturnType<typeof anomaly>[]): Step =>
  (world) =>
    world.events(...events);
const apply =
  (rules: Partial<AlertingDocumentInput>): Step =>
  async (world) =>
    world.apply(rules);
const acknowledge =
  (source: string): Step =>
  (world) =>
    openAlertActions(world.services).acknowledge(alertIdOf(`episode of ${source}`), { by: 'anna', via: 'cli' });
const silence =
  (source: string, minutes: number): Step =>
  (world) =>
    addSilence(
      world.store,
      `s-${source}`,
      {
        match: { source },
        startsAt: world.router.now(),
        endsAt: world.router.now() + minutes * MINUTE,
        by: 'anna',
        reason: 'works on it',
      },
      world.router.now(),
    );

/** A sentence, the rules that differ, what happens at which second, until when, and what is told. */
type Case = readonly [
  string,
  Partial<AlertingDocumentInput>,
  readonly (readonly [number, Step])[],
  number,
  readonly string[],
];

const route = (over: object) =>
  ({ route: { receivers: ['slack'], groupBy: ['tags.site'], ...over } }) as Partial<AlertingDocumentInput>;

test.each<Case>([
  [
    'alerts of one site that begin within the group wait are told together',
    {},
    [
      [0, event(opened('a'))],
      [20, event(opened('b'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 2 firing'],
  ],
  [
    'alerts of two sites are told apart',
    {},
    [[0, event(opened('a'), opened('b', { tags: { site: 'paris' } }))]],
    HOUR,
    ['slack #1 first after 30 s: 1 firing', 'slack #1 first after 30 s: 1 firing'],
  ],
  [
    'the same event twice tells once',
    {},
    [
      [0, event(opened('a'))],
      [10, event(opened('a'), opened('a'))],
      [90, event(opened('a'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing'],
  ],
  [
    'a further alert of the group is told after the group interval',
    {},
    [
      [0, event(opened('a'))],
      [60, event(opened('b'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing', 'slack #2 worse after 330 s: 2 firing'],
  ],
  [
    'an alert worse than all that was told is told after the group wait',
    {},
    [
      [0, event(opened('a'))],
      [60, event(worse('a', 'critical'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing', 'slack #2 worse after 90 s: 1 firing'],
  ],
  [
    'a stronger event of the same severity is not told',
    {},
    [
      [0, event(opened('a'))],
      [60, event(worse('a', 'high'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing'],
  ],
  [
    'the end is told once, when all of the group is over',
    {},
    [
      [0, event(opened('a'), opened('b'))],
      [600, event(closed('a'))],
      [900, event(closed('b'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 2 firing', 'slack #2 resolved after 930 s: 2 resolved'],
  ],
  [
    'a route that does not send the end does not',
    route({ sendResolved: false }),
    [
      [0, event(opened('a'))],
      [600, event(closed('a'))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing'],
  ],
  [
    'what was over before the group wait ended is not told',
    {},
    [
      [0, event(opened('a'))],
      [10, event(closed('a'))],
    ],
    HOUR,
    [],
  ],
  [
    'an end that comes before the beginning is an end',
    {},
    [
      [0, event(closed('a'))],
      [10, event(opened('a'))],
    ],
    HOUR,
    [],
  ],
  [
    'after the end a new alert of the group is a first one again, and numbers go on',
    {},
    [
      [0, event(opened('a'))],
      [600, event(closed('a'))],
      [900, event(opened('a', { episodeId: 'second' }))],
    ],
    HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #2 resolved after 630 s: 1 resolved',
      'slack #3 first after 930 s: 1 firing',
    ],
  ],
  [
    'what nobody acknowledges is repeated',
    route({ repeatInterval: '30m' }),
    [[0, event(opened('a'))]],
    HOUR + MINUTE,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #2 repeat after 1830 s: 1 firing',
      'slack #3 repeat after 3630 s: 1 firing',
    ],
  ],
  [
    'what somebody acknowledged is shown so, is not repeated, and its end is told',
    route({ repeatInterval: '30m' }),
    [
      [0, event(opened('a'))],
      [60, acknowledge('a')],
      [5_000, event(closed('a'))],
    ],
    2 * HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #2 acknowledged after 65 s: 1 acknowledged',
      'slack #3 resolved after 5030 s: 1 resolved',
    ],
  ],
  [
    'an acknowledgement is told when all of it is acknowledged, once, and not by mail',
    route({ receivers: ['slack', 'mail'] }),
    [
      [0, event(opened('a'), opened('b'))],
      [60, acknowledge('a')],
      [120, acknowledge('b')],
      [180, event(opened('c'))],
    ],
    10 * MINUTE,
    [
      'slack #1 first after 30 s: 2 firing',
      'mail #1 first after 30 s: 2 firing',
      'slack #2 acknowledged after 125 s: 2 acknowledged',
      'slack #3 worse after 330 s: 1 firing, 2 acknowledged',
      'mail #2 worse after 330 s: 1 firing, 2 acknowledged',
    ],
  ],
  [
    'what was acknowledged and grows worse is told',
    {},
    [
      [0, event(opened('a'))],
      [60, acknowledge('a')],
      [120, event(worse('a', 'critical'))],
    ],
    HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #2 acknowledged after 65 s: 1 acknowledged',
      'slack #3 worse after 150 s: 1 acknowledged',
    ],
  ],
  [
    'what was acknowledged before it was told is not told',
    {},
    [
      [0, event(opened('a'))],
      [10, acknowledge('a')],
    ],
    HOUR,
    [],
  ],
  [
    'what a silence mutes is not told, and counted with what is',
    {},
    [
      [0, silence('a', 120)],
      [1, event(opened('a'), opened('b'))],
    ],
    HOUR,
    ['slack #1 first after 31 s: 1 firing, 1 muted'],
  ],
  [
    'a silence that nears its end says so once, and what it muted is told when it has ended',
    {},
    [
      [0, silence('a', 60)],
      [1, event(opened('a'))],
    ],
    2 * HOUR,
    ['slack #1 silence-ends after 2880 s: 1 muted', 'slack #2 first after 3600 s: 1 firing'],
  ],
  [
    'a maintenance window mutes while it lasts, by the wall clock of its zone',
    {
      maintenance: [
        {
          name: 'patching',
          match: { tags: { site: 'berlin' } },
          // 12:00 UTC is 13:00 in Berlin in winter.
          windows: [{ days: 'sun', from: '13:00', to: '13:30', timeZone: 'Europe/Berlin' }],
          by: 'anna',
          reason: 'patches',
        },
      ],
    },
    [[0, event(opened('a'))]],
    HOUR,
    ['slack #1 first after 1800 s: 1 firing'],
  ],
  [
    'an alert that inhibits others mutes them until it is over',
    {
      inhibit: [
        {
          name: 'site-down',
          source: { kind: 'silence' },
          target: { kind: 'value' },
          equal: ['tags.site'],
          by: 'anna',
          reason: 'follows from it',
        },
      ],
      ...route({ groupBy: ['source'], repeatInterval: 'never' }),
    },
    [
      [0, event(opened('gate', { kind: 'silence', metric: undefined }))],
      [1, event(opened('a'), opened('b', { tags: { site: 'paris' } }))],
      [600, event(anomaly({ source: 'gate', kind: 'silence', transition: 2, phase: 'closed' }))],
    ],
    HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #1 first after 31 s: 1 firing',
      'slack #2 resolved after 630 s: 1 resolved',
      'slack #1 first after 631 s: 1 firing',
    ],
  ],
  [
    'what nobody acknowledges is escalated once, and those hear of the end too',
    route({ escalate: { after: '10m', receivers: ['pager'] }, repeatInterval: 'never' }),
    [
      [0, event(opened('a'))],
      [1_800, event(closed('a'))],
    ],
    HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'pager #1 escalated after 630 s: 1 firing',
      'slack #2 resolved after 1830 s: 1 resolved',
      'pager #2 resolved after 1830 s: 1 resolved',
    ],
  ],
  [
    'what somebody acknowledged is not escalated',
    route({ escalate: { after: '10m', receivers: ['pager'] } }),
    [
      [0, event(opened('a'))],
      [300, acknowledge('a')],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing', 'slack #2 acknowledged after 305 s: 1 acknowledged'],
  ],
  [
    'severity that rises takes an alert to further routes, and the first ones hear the end',
    {
      route: {
        receivers: ['slack'],
        groupBy: ['tags.site'],
        routes: [{ match: { severity: 'critical' }, receivers: ['pager'] }],
      },
    },
    [
      [0, event(opened('a'))],
      [60, event(worse('a', 'critical'))],
      [600, event(closed('a'))],
    ],
    HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'pager #1 first after 90 s: 1 firing',
      'slack #2 resolved after 630 s: 1 resolved',
      'pager #2 resolved after 630 s: 1 resolved',
    ],
  ],
  [
    'severity that rises to a route with the same receiver is told to it once, and repeated once',
    {
      route: {
        receivers: ['slack'],
        groupBy: ['tags.site'],
        routes: [{ match: { severity: 'critical' }, receivers: ['slack', 'pager'] }],
      },
    },
    [
      [0, event(opened('a'))],
      [60, event(worse('a', 'critical'))],
    ],
    5 * HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #1 first after 90 s: 1 firing',
      'pager #1 first after 90 s: 1 firing',
      'slack #2 repeat after 14490 s: 1 firing',
      'pager #2 repeat after 14490 s: 1 firing',
    ],
  ],
  [
    'an alert is escalated so long after it was told itself, and only then',
    route({ escalate: { after: '30m', receivers: ['pager'] }, repeatInterval: 'never' }),
    [
      [0, event(opened('a'))],
      [60, acknowledge('a')],
      [7_200, event(opened('b'))],
      [8_000, event(opened('c'))],
    ],
    4 * HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'slack #2 acknowledged after 65 s: 1 acknowledged',
      'slack #3 worse after 7230 s: 1 firing, 1 acknowledged',
      'slack #4 worse after 8030 s: 2 firing, 1 acknowledged',
      'pager #1 escalated after 9030 s: 1 firing',
      'pager #2 escalated after 9830 s: 2 firing',
    ],
  ],
  [
    'an alert of the day stays with the route of the day when it goes on into the night',
    route({
      routes: [
        { name: 'day', active: [{ from: '08:00', to: '12:30' }], receivers: ['mail'] },
        { name: 'night', receivers: ['pager'] },
      ],
    }),
    [
      [0, event(opened('a'))],
      [3_600, event(worse('a', 'critical'))],
    ],
    2 * HOUR,
    ['mail #1 first after 30 s: 1 firing', 'mail #2 worse after 3630 s: 1 firing'],
  ],
  [
    'a receiver that the route no longer names hears of the end of what it was told, and of nothing else',
    route({ receivers: ['slack', 'mail'], repeatInterval: '1h' }),
    [
      [0, event(opened('a'))],
      [600, apply(route({ receivers: ['slack'], repeatInterval: '2h' }))],
      [1_200, event(opened('b'), worse('a', 'critical'))],
      [9_000, event(closed('a'), closed('b'))],
    ],
    3 * HOUR,
    [
      'slack #1 first after 30 s: 1 firing',
      'mail #1 first after 30 s: 1 firing',
      'slack #2 worse after 1230 s: 2 firing',
      'slack #3 repeat after 8430 s: 2 firing',
      'slack #4 resolved after 9030 s: 2 resolved',
      'mail #2 resolved after 9030 s: 1 resolved',
    ],
  ],
  [
    'rules that no longer repeat are heeded without a further event',
    route({ repeatInterval: '1h' }),
    [
      [0, event(opened('a'))],
      [600, apply(route({ repeatInterval: 'never' }))],
    ],
    5 * HOUR,
    ['slack #1 first after 30 s: 1 firing'],
  ],
  ['data older than the rules allow makes no alert', { maxAge: '1h' }, [[2 * 3_600, event(opened('a'))]], 3 * HOUR, []],
  [
    'a point that is judged again and was none takes nothing back and tells nothing',
    {},
    [
      [0, event(opened('a', { degraded: true }))],
      [60, event(anomaly({ source: 'a', phase: 'corrected', alarmScore: 0.1 }))],
    ],
    HOUR,
    ['slack #1 first after 30 s: 1 firing'],
  ],
  [
    'a correction that comes before the beginning, which was stuck, ends nothing',
    {},
    [
      [0, event(anomaly({ source: 'a', phase: 'corrected' }))],
      [60, event(opened('a'))],
      [600, event(closed('a'))],
      [660, event(anomaly({ source: 'a', phase: 'updated', transition: 5 }))],
    ],
    HOUR,
    ['slack #1 first after 90 s: 1 firing', 'slack #2 resolved after 630 s: 1 resolved'],
  ],
  [
    'an anomaly that was found by judging again is listed, and nobody is told',
    {},
    [[0, event(anomaly({ source: 'a', phase: 'corrected' }))]],
    HOUR,
    [],
  ],
])('%s', async (_, rules, steps, until, expected) => {
  const world = new AlertingWorld(rules);
  for (const [second, step] of steps) {
    await world.at(second * S);
    await step(world);
  }
  await world.at(until);
  expect(world.told()).toEqual(expected);
});

test('a series that comes and goes is told to flap once, and no more until it is calm', async () => {
  const world = new AlertingWorld();
  for (let i = 0; i < 8; i++) {
    const episodeId = `episode ${i}`;
    await world.at(i * 10 * MINUTE);
    await world.events(opened('a', { episodeId, timestamp: START + i * 10 * MINUTE }));
    await world.at(i * 10 * MINUTE + 5 * MINUTE);
    await world.events(
      anomaly({ source: 'a', episodeId, phase: 'closed', transition: 2, timestamp: START + (i * 10 + 5) * MINUTE }),
    );
  }
  await world.at(4 * HOUR);
  expect(world.published.map(({ reason }) => reason)).toEqual([
    ...['first', 'resolved', 'first', 'resolved', 'first', 'resolved'],
    ...['flapping', 'resolved'],
  ]);
  await world.events(opened('a', { episodeId: 'later', timestamp: START + 4 * HOUR }));
  await world.at(5 * HOUR);
  expect(world.published.at(-1)).toMatchObject({ reason: 'first', transition: 9 });
});

test('an alert of a series that flaps is told when it grows worse than what flapped', async () => {
  const world = new AlertingWorld();
  const low = (i: number, over = {}) =>
    opened('a', { severity: 'low', episodeId: `episode ${i}`, timestamp: START + i * 6 * MINUTE, ...over });
  // Too long ago to be part of it, and worse.
  await world.events(opened('a', { severity: 'critical', episodeId: 'old', timestamp: START - 3 * HOUR }));
  await world.events(anomaly({ source: 'a', episodeId: 'old', transition: 2, phase: 'closed' }));
  for (let i = 0; i < 5; i++) {
    await world.at(i * 6 * MINUTE);
    await world.events(low(i));
    await world.at((i * 6 + 2) * MINUTE);
    if (i < 4) await world.events(low(i, { transition: 2, phase: 'closed' }));
  }
  await world.at(27 * MINUTE);
  await world.events(low(4, { transition: 2, phase: 'updated', severity: 'medium' }));
  await world.at(HOUR);
  expect(world.told().slice(6)).toEqual([
    'slack #7 flapping after 1110 s: 1 firing',
    'slack #8 resolved after 1230 s: 1 resolved',
    'slack #9 first after 1650 s: 1 firing',
  ]);
});

test('what is told when nothing told before is open begins something new, whatever the reason', async () => {
  const world = new AlertingWorld(route({ repeatInterval: '20m', escalate: { after: '10m', receivers: ['pager'] } }));
  await silence('a', 5)(world);
  await world.events(opened('a'));
  await world.at(40 * MINUTE);
  await world.events(closed('a'));
  await world.at(HOUR);
  expect(world.published.map(({ receiver, reason, begins }) => [receiver.name, reason, begins])).toEqual([
    ['slack', 'silence-ends', false],
    ['slack', 'first', true],
    ['pager', 'escalated', true],
    ['slack', 'repeat', false],
    ['pager', 'repeat', false],
    ['slack', 'resolved', false],
    ['pager', 'resolved', false],
  ]);
});

test('one that stays, after a series has flapped, is told when it has fired for as long as flapping is counted', async () => {
  const world = new AlertingWorld();
  for (let i = 0; i < 6; i++) {
    const episodeId = `episode ${i}`;
    const at = i * 10 * MINUTE;
    await world.at(at);
    await world.events(opened('a', { episodeId, timestamp: START + at }));
    if (i === 5) break;
    await world.at(at + 5 * MINUTE);
    await world.events(
      anomaly({ source: 'a', episodeId, phase: 'closed', transition: 2, timestamp: START + at + 5 * MINUTE }),
    );
  }
  await world.at(3 * HOUR);
  expect(world.told().slice(6)).toEqual([
    'slack #7 flapping after 1830 s: 1 firing',
    'slack #8 resolved after 2130 s: 1 resolved',
    'slack #9 first after 6600 s: 1 firing',
  ]);
});
