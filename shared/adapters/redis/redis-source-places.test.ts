import { takeCalls } from './redis-source-places';

/** By AWS's page of its configuration and limits, of 2026-11-30. */
const ELASTICACHE_ARGUMENTS_MAX = 3_999;

test.each([1, 900, 901, 1_000, 10_000])(
  'of %i sources each is asked for once, in calls that ElastiCache takes',
  (count) => {
    const requests = Array.from({ length: count }, (_, n) => ({ source: `s${n}`, first: 1, last: 2, isKnown: false }));
    const calls = takeCalls(requests, ['{p}:held', '{p}:closed'], 5);
    for (const { args } of calls) expect(1 + args.length).toBeLessThanOrEqual(ELASTICACHE_ARGUMENTS_MAX);
    const asked = calls.flatMap(({ args }) => args.filter((_, at) => at >= 5 && (at - 5) % 4 === 0));
    expect(asked).toEqual(requests.map(({ source }) => source));
  },
);
