import { retryAfterMs, retryDelayMs } from '../../alerting/retry-delay';
import { openPace } from './pace';
import { withoutSecrets } from './without-secrets';

test.each([
  ['7', 7_000],
  [' 0 ', 0],
  ['Sun, 22 Nov 2026 13:01:00 GMT', 60_000],
  ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, ms) => {
  expect(retryAfterMs(header, Date.UTC(2026, 10, 22, 13))).toBe(ms);
});

test.each([
  [1, undefined, 0, 15_000],
  [1, undefined, 1, 30_000],
  [4, undefined, 1, 240_000],
  [50, undefined, 1, 3_600_000],
  [1, 90_000, 0, 90_000],
  [9, 1_000, 1, 2_000],
  [1, 1e12, 0, 11 * 3_600_000],
])('after attempt %d, asked for %j, the pause is bounded (random %d): %d ms', (attempt, asked, random, ms) => {
  expect(retryDelayMs(attempt, asked, random)).toBe(ms);
});

test('turns of one key come in time, those of others do not wait for them', async () => {
  let now = 0;
  const pace = openPace({
    everyMs: 1_000,
    now: () => now,
    pause: async (ms) => {
      now += ms;
    },
  });
  expect(await pace.turn('a', 0)).toBe(true);
  expect(await pace.turn('a', 999)).toBe(false);
  expect(await pace.turn('b', 0)).toBe(true);
  expect(now).toBe(0);
  expect(await pace.turn('a', 1_000)).toBe(true);
  expect(now).toBe(1_000);
});

test.each([
  ['said xoxb-123456789 back', ['xoxb-123456789'], 'said [secret] back'],
  [
    'POST /services/T0123456/B0123456 failed',
    ['https://hooks.slack.com/services/T0123456/B0123456'],
    'POST [secret] failed',
  ],
  ['no B0123456', ['https://hooks.slack.com/services/T0123456/B0123456'], 'no [secret]'],
  ['key a%2Fb-c%3Dd12 a/b-c=d12', ['https://a.example/?key=a%2Fb-c%3Dd12'], 'key a%2Fb-c%3Dd12 [secret]'],
  ['ok\r\nInjected: line', [], 'ok Injected: line'],
  ['short', ['sh'], 'short'],
])('%j without %j is %j', (text, secrets, clean) => {
  expect(withoutSecrets(text, secrets)).toBe(clean);
});
