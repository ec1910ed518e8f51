import { anomaly, HOUR, RULES, START } from '../../../shared/alerting/alerting.factory';
import { AlertingDocumentSchema } from '../../../shared/alerting/document/schema';
import { replayEvents } from './replay';
import { compareWithTruth } from './truth';

const DAY = 24 * HOUR;
const document = AlertingDocumentSchema.parse(RULES);

test('a history that is longer than alerts are kept is compared whole', async () => {
  const days = [0, 100, 200];
  const events = days.flatMap((day) => {
    const episode = { source: 'a', episodeId: `day ${day}` };
    return [
      anomaly({ ...episode, timestamp: START + day * DAY }),
      anomaly({ ...episode, transition: 2, phase: 'closed', timestamp: START + day * DAY + HOUR }),
    ];
  });
  const { alerts, toldAt } = await replayEvents(document, events, START + 201 * DAY);
  const faults = days.map((day) => ({ from: START + day * DAY, to: START + day * DAY + HOUR }));
  expect(compareWithTruth(faults, alerts, toldAt)).toMatchObject({ found: 3, missed: [], falseAlerts: 0 });
});

test('an alert that a message counts and does not show is told', async () => {
  const events = Array.from({ length: 30 }, (_, i) => anomaly({ source: `pump-${i}` }));
  const { alerts, notifications, toldAt } = await replayEvents(document, events, START + HOUR);
  expect(notifications[0]!.alerts).toHaveLength(20);
  expect(alerts.filter(({ id }) => !toldAt.has(id))).toEqual([]);
});
