import { AnomalyEventSchema, SAMPLE_ANOMALY_EVENT, severityOf } from './anomaly-event';
import { stableId } from './ids';
import { NotificationSchema, SAMPLE_NOTIFICATION } from './notification';
import { ReceiverSchema, SAMPLE_RECEIVERS } from './receiver';
import { PointRowSchema, QuarantineObjectSchema, SAMPLE_POINT_ROW, SAMPLE_QUARANTINE_OBJECT } from './rows';

test.each([
  ['anomaly event', AnomalyEventSchema, SAMPLE_ANOMALY_EVENT],
  ['point row', PointRowSchema, SAMPLE_POINT_ROW],
  ['quarantine object', QuarantineObjectSchema, SAMPLE_QUARANTINE_OBJECT],
  ['notification', NotificationSchema, SAMPLE_NOTIFICATION],
  ['receiver on Slack', ReceiverSchema, SAMPLE_RECEIVERS.slack],
  ['receiver of mail', ReceiverSchema, SAMPLE_RECEIVERS.email],
  ['receiver by webhook', ReceiverSchema, SAMPLE_RECEIVERS.webhook],
])('the sample %s is valid and keeps every field', (_, schema, sample) => {
  expect(schema.parse(sample)).toEqual(sample);
});

test('an id depends on every part and on where parts end', () => {
  const ids = [
    stableId('ab', 'c'),
    stableId('a', 'bc'),
    stableId('abc'),
    stableId('ab', 'c', undefined),
    stableId('ab', 'c', 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(stableId('ab', 'c')).toBe(stableId('ab', 'c'));
});

test.each([
  [0.5, 'low'],
  [0.6, 'medium'],
  [0.7, 'high'],
  [0.85, 'critical'],
])('an alarm score of %d is of severity %s', (score, severity) => {
  expect(severityOf(score)).toBe(severity);
});

test.each([
  ['a webhook without an address', { name: 'w', channel: 'webhook', secret: 's' }],
  ['a webhook with two addresses', { name: 'w', channel: 'webhook', secret: 's', url: 'https://a.b', urlSecret: 't' }],
  ['an unknown channel', { name: 'x', channel: 'pigeon' }],
  [
    'a token in place of the name of a secret',
    { name: 's', channel: 'slack', secret: 'https://hooks.slack.com/T0/B0?x' },
  ],
  ['no mail address', { name: 'm', channel: 'email', to: [] }],
])('a receiver with %s is refused', (_, receiver) => {
  expect(ReceiverSchema.safeParse(receiver).success).toBe(false);
});
