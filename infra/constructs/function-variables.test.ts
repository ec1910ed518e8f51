import type { FunctionVariables } from './function-variables';

/** What the compiler refuses is the test: `npm run check` fails should one of these compile. */
const STORE = { STORE: 'influx', INFLUX_URL: 'http://influx:8086/?db=points' } as const;
const WATCH = {
  ...STORE,
  REDIS_URL: 'redis://cache:6379',
  SETTINGS_BUCKET: 'settings',
  STREAM_ARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/points',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:anomalies',
} as const;

const take = (_: FunctionVariables<'watch-silence'>) => undefined;

test('a template that lacks a variable of a function, or gives it something else, does not compile', () => {
  take(WATCH);
  take({ ...WATCH, SOURCES_MAX: '100', REDIS_CLUSTER: 'true' });
  const { TOPIC_ARN: _, ...without } = WATCH;
  // @ts-expect-error TOPIC_ARN is missing
  take(without);
  const { INFLUX_URL: __, ...withoutStore } = WATCH;
  // @ts-expect-error a store of this kind needs INFLUX_URL
  take(withoutStore);
  // @ts-expect-error there is no such store
  take({ ...WATCH, STORE: 'paper' });
  // @ts-expect-error variables are text
  take({ ...WATCH, SOURCES_MAX: 100 });
  // @ts-expect-error neither yes nor no
  take({ ...WATCH, REDIS_CLUSTER: 'maybe' });
  expect(take(WATCH)).toBeUndefined();
});
