import { takeCalls } from './redis-source-places';

/** By AWS's page of its configuration and limits, of 2026-11-30. */
const ELASTICACHE_ARGUMENTS_MAX = 3_999;

test.each([
  [1, 1],
  [750, 1],
  [751, 1],
  [1_000, 3],
  [10_000, 1],
  [30, 512],
])('of %i sources of %i series each is asked for once, in calls that ElastiCache takes', (count, series) => {
  const requests = Array.from({ length: count }, (_, n) => ({
    source: `s${n}`,
    first: 1,
    last: 2,
    series,
    known: 0,
    renews: true,
  }));
  const calls = takeCalls(requests, ['{p}:held', '{p}:closed'], 5);
  for (const { args } of calls) expect(1 + args.length).toBeLessThanOrEqual(ELASTICACHE_ARGUMENTS_MAX);
  const asked = calls.map(({ args }) => args.filter((_, at) => at >= 5 && (at - 5) % 5 === 0));
  expect(asked.flat()).toEqual(requests.map(({ source }) => source));
  for (const sources of asked) expect(sources.length * series).toBeLessThanOrEqual(5_000);
});
