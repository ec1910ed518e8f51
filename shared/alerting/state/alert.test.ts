import { anomaly, START } from '../alerting.factory';
import { withEvent } from './alert';

const events = [
  anomaly({ source: 'a', tags: { site: 'berlin', line: '2' } }),
  anomaly({ source: 'a', transition: 2, tags: { site: 'aachen' }, severity: 'critical' }),
  // The end, told by two who do not agree about when.
  anomaly({ source: 'a', transition: 3, phase: 'closed', timestamp: START + 5_000 }),
  anomaly({ source: 'a', transition: 3, phase: 'closed', timestamp: START + 9_000 }),
];

test('the same facts come of the same events, whatever their order and however often they come', () => {
  const forth = events.reduce(withEvent, undefined as ReturnType<typeof withEvent> | undefined);
  const back = [...events].reverse().reduce(withEvent, undefined as ReturnType<typeof withEvent> | undefined);
  expect(back).toEqual(forth);
  expect(forth).toMatchObject({ closedAt: START + 5_000, tags: { site: 'aachen', line: '2' } });
  for (const event of events) expect(withEvent(forth, event)).toBe(forth);
});
