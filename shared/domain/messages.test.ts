import { AnomalyEventSchema, SAMPLE_ANOMALY_EVENT, severityOf } from './anomaly-event';
import { stableId } from './ids';
import { PointRowSchema, QuarantineObjectSchema, SAMPLE_POINT_ROW, SAMPLE_QUARANTINE_OBJECT } from './rows';

test.each([
  ['anomaly event', AnomalyEventSchema, SAMPLE_ANOMALY_EVENT],
  ['point row', PointRowSchema, SAMPLE_POINT_ROW],
  ['quarantine object', QuarantineObjectSchema, SAMPLE_QUARANTINE_OBJECT],
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
