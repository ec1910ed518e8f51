import { Redis } from 'ioredis';
import type { PlaceAccount } from '../../detection/source-places';
import { describeSourcePlaces } from '../contracts/source-places.contract';
import { startOwnRedis } from './redis-server.factory';
import { createRedisSourcePlaces } from './redis-source-places';

const url = process.env['REDIS_URL'];
const clusterUrl = process.env['REDIS_CLUSTER_URL'];
if (url === undefined || clusterUrl === undefined)
  throw new Error('REDIS_URL and REDIS_CLUSTER_URL must name servers that these tests may write to');

const prefix = `tidewatch-test-places-${process.pid}-${Date.now()}`;
const shared = new Redis(url);
afterAll(async () => {
  for await (const keys of shared.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await shared.del(...(keys as string[]));
  }
  await shared.quit();
});
const timeoutMs = 30_000;

const optionsOf = (scope: string, placesMax: number, account: PlaceAccount = 'places') => ({
  ...{ keyPrefix: `${prefix}-${scope}`, placesMax, account, timeoutMs },
});

describeSourcePlaces('Redis', {
  make: (...of) => createRedisSourcePlaces({ url, ...optionsOf(...of) }),
});

describeSourcePlaces('Redis Cluster', {
  make: (...of) => createRedisSourcePlaces({ url: clusterUrl, cluster: true, ...optionsOf(...of) }),
});

test('100,000 names that there is no place for leave nothing in the cache', async () => {
  // So many at once hold up whoever else is served.
  const { url, admin, stop } = await startOwnRedis();
  const keyPrefix = 'flood';
  const places = createRedisSourcePlaces({ url, keyPrefix, placesMax: 1_000, timeoutMs });
  const asked = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      source: `name-${from + i}`,
      first: 1e12,
      last: 1e12,
      series: 1,
      known: 0,
      renews: true,
    }));
  await places.take(asked(0, 1_000));
  const bytes = async () => Number(await admin.memory('USAGE', `${keyPrefix}:{places}:held`, 'SAMPLES', 0));
  const before = await bytes();
  for (let from = 1_000; from < 101_000; from += 10_000)
    expect((await places.take(asked(from, 10_000))).some(Boolean)).toBe(false);
  expect(await bytes()).toBe(before);
  expect((await admin.keys(`${keyPrefix}*`)).sort()).toEqual([
    `${keyPrefix}:{places}:closed`,
    `${keyPrefix}:{places}:held`,
  ]);
  await places.close();
  await stop();
});
