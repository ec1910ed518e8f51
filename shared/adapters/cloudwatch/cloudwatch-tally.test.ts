import { TransientFault } from '../../detection/ports';
import type { ShadowCounts } from '../../training/ports';
import { describeShadowTally } from '../contracts/shadow-tally.contract';
import { createCloudWatchTally } from './cloudwatch-tally';
import { SHADOW_METRICS } from './shadow-metrics';
import { type FakeCloudWatch, metricKey, startFakeCloudWatch } from './testing/fake-cloudwatch';

const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const COUNTS: ShadowCounts = { vectors: 10, both: 1, onlyChampion: 2, onlyChallenger: 3, failed: 4 };

let cloudWatch: FakeCloudWatch;
const open: { close(): void }[] = [];
beforeEach(async () => {
  cloudWatch = await startFakeCloudWatch();
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await cloudWatch.close();
  expect(cloudWatch.faults).toEqual([]);
});

const tally = (more = {}) => {
  const made = createCloudWatchTally({
    ...{ region: 'eu-central-1', endpointUrl: cloudWatch.url, environment: 'prod', ...more },
  });
  open.push(made);
  return made;
};
const tell = (at: number, counts = COUNTS, environment = 'prod') => {
  for (const name of Object.keys(SHADOW_METRICS) as (keyof ShadowCounts)[]) {
    const key = metricKey('Tidewatch', SHADOW_METRICS[name], { service: 'detect-anomalies', environment });
    cloudWatch.values.set(key, [...(cloudWatch.values.get(key) ?? []), { at, value: counts[name] }]);
  }
};

describeShadowTally('metrics', NOON, async () => ({
  tally: tally(),
  tell: async (_, at, counts) => tell(at, counts),
}));

describe('counts of a shadow among metrics', () => {
  it('are those of one environment', async () => {
    tell(NOON, COUNTS, 'dev');
    expect(await tally().tally('run', NOON - DAY_MS, NOON + DAY_MS)).toMatchObject({ vectors: 0 });
  });

  it.each([
    ['before it began', -1, 0],
    ['in the minute in which functions may have the challenger before it', 1, 0],
    ['in what is left of those five minutes', 4, 0],
    ['in the next five', 5, 10],
    ['in the last whole five', 54, 10],
    ['at the end, in five minutes that are not over', 55, 0],
    ['later', 61, 0],
  ])('are of whole periods in its time: told %s', async (_, minutes, vectors) => {
    tell(NOON + minutes * MINUTE_MS);
    expect(await tally().tally('run', NOON, NOON + 58 * MINUTE_MS)).toMatchObject({ vectors });
  });

  it('cost no call as long as no period is over', async () => {
    expect(await tally().tally('run', NOON, NOON + 9 * MINUTE_MS)).toMatchObject({ vectors: 0 });
    expect(cloudWatch.calls).toBe(0);
  });

  it('may be asked for as long as CloudWatch has them', async () => {
    tell(NOON + DAY_MS);
    expect(await tally().tally('run', NOON, NOON + 63 * DAY_MS)).toMatchObject({ vectors: 10 });
    await expect(tally().tally('run', NOON, NOON + 64 * DAY_MS)).rejects.toThrow(/63 days/);
  });

  it.each([
    ['is throttled', { error: 'Throttling', status: 400 }],
    ['breaks', { error: 'InternalServiceFault', status: 500 }],
    ['has an error of its own in a metric', 'internal error'],
  ] as const)('come with the next try when CloudWatch %s', async (_, fate) => {
    tell(NOON + 10 * MINUTE_MS);
    cloudWatch.fate = (call) => (call === 0 ? fate : 'works');
    expect(await tally().tally('run', NOON, NOON + DAY_MS)).toEqual(COUNTS);
  });

  it('are given up in time', async () => {
    cloudWatch.fate = () => 'hangs';
    const impatient = tally({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(impatient.tally('run', NOON, NOON + DAY_MS)).rejects.toThrow(TransientFault);
  });

  it.each([
    ['a metric', 'forbidden'],
    ['the call', { error: 'AccessDeniedException', status: 400 }],
  ] as const)('are refused where %s is', async (_, fate) => {
    cloudWatch.fate = () => fate;
    await expect(tally().tally('run', NOON, NOON + DAY_MS)).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(cloudWatch.calls).toBe(1);
  });
});
