import { type AlertView, type Notification, SAMPLE_NOTIFICATION } from '../../domain/notification';
import { alertFacts, headline, unshownWords, whyLines } from './notification-words';
import { timeWords, valueWords } from './numbers';
import { cutTo, oneLine } from './one-line';

const ALERT = SAMPLE_NOTIFICATION.alerts[0]!;
const { metric: _, value: __, ...WHOLE } = ALERT;
const group = (over: Partial<Notification>, ...alerts: AlertView[]): Notification => ({
  ...SAMPLE_NOTIFICATION,
  alerts: alerts.length === 0 ? [ALERT] : alerts,
  ...over,
});
const two = { firing: 2, acknowledged: 0, resolved: 0, muted: 3 };

test.each<[Notification, string]>([
  [group({}), 'High: pump-17 temperature is 96.4, usual 68.9 to 73.5'],
  [
    group({ severity: 'critical', counts: two }),
    'Critical: pump-17 temperature is 96.4, usual 68.9 to 73.5, and 1 more',
  ],
  [group({ status: 'acknowledged' }), 'Acknowledged (high): pump-17 temperature is 96.4, usual 68.9 to 73.5'],
  [group({ status: 'resolved' }), 'Resolved: pump-17 temperature is 96.4, usual 68.9 to 73.5'],
  [group({ reason: 'escalated' }), 'Escalated, high: pump-17 temperature is 96.4, usual 68.9 to 73.5'],
  [group({}, { ...WHOLE, kind: 'silence' }), 'High: pump-17 has fallen silent'],
  [group({}, { ...WHOLE, kind: 'relation' }), 'High: pump-17 does not go together as usual'],
  [group({}, { ...ALERT, lower: undefined } as never), 'High: pump-17 temperature is 96.4, expected 71.2'],
])('headline of case %#', (notification, words) => {
  expect(headline(notification)).toBe(words);
});

test('facts say observed against expected, score, since when and for how long, where and whose', () => {
  const facts = alertFacts({ ...ALERT, resolvedAt: ALERT.since + 754_000, acknowledgedBy: 'ann' });
  expect(Object.fromEntries(facts.map(({ label, text }) => [label, text]))).toEqual({
    Observed: '96.4',
    Expected: '71.2 (usual 68.9 to 73.5)',
    Score: '0.71, alarm from 0.50',
    Since: '2026-11-22 13:00 UTC',
    Over: expect.stringMatching(/^after 12 ?m/),
    Where: 'site=berlin',
    Owner: 'berlin-plant',
    'Acknowledged by': 'ann',
  });
});

test('why is told with what must be known before believing it', () => {
  expect(whyLines({ ...ALERT, degraded: true, warming: true, doubted: true, flapping: true })).toHaveLength(5);
  expect(whyLines({ ...ALERT, contributions: [] })).toEqual([]);
});

test.each<[Notification, string | undefined]>([
  [group({}), undefined],
  [group({ counts: two }), '1 more of this group, 3 muted'],
])('what is not shown is counted (%#)', (notification, words) => {
  expect(unshownWords(notification)).toBe(words);
});

test.each([
  [96.4, '96.4'],
  [71.23456, '71.23'],
  [123_456, '123456'],
  [1_234_567.8, '1.23e+6'],
  [0.00012, '1.20e-4'],
  [0, '0'],
  [-0.5, '-0.5'],
])('the value %d reads %s', (value, words) => {
  expect(valueWords(value)).toBe(words);
});

test('a time reads to the minute', () => {
  expect(timeWords(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04 UTC');
});

test.each([
  ['a\r\nb', 'a b'],
  ['\u202eevil\u2028x', 'evil x'],
  ['\ud800', '\ufffd'],
])('%j becomes one line: %j', (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  ['ab😀cd', 4, 'ab…'],
])('%j cut to %d is %j', (text, max, cut) => {
  expect(cutTo(text, max)).toBe(cut);
});
