import { Redis } from 'ioredis';
import { TransientFault } from '../../detection/ports';
import { describeSilenceIndex } from '../contracts/silence-index.contract';
import { eventually } from './eventually.factory';
import { type OwnRedis, startOwnRedis } from './redis-server.factory';
import { createRedisSilenceIndex } from './redis-silence-index';

const url = process.env['REDIS_URL'];
if (url === undefined) throw new Error('REDIS_URL must name a Redis server that these tests may write to');

const prefix = `tidewatch-test-${process.pid}-${Date.now()}`;
const shared = new Redis(url);
afterAll(async () => {
  for await (const keys of shared.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await shared.del(...(keys as string[]));
  }
  await shared.quit();
});

/** Longer than a busy machine makes anything last: only a test that is about its end has another. */
const timeoutMs = 30_000;

describeSilenceIndex('Redis', {
  make: (scope) => createRedisSilenceIndex({ url, keyPrefix: `${prefix}-${scope}`, timeoutMs }),
});

const clusterUrl = process.env['REDIS_CLUSTER_URL'];
if (clusterUrl === undefined)
  throw new Error('REDIS_CLUSTER_URL must name a Redis Cluster that these tests may write to');

describeSilenceIndex('Redis Cluster', {
  make: (scope) =>
    createRedisSilenceIndex({ url: clusterUrl, cluster: true, keyPrefix: `${prefix}-${scope}`, timeoutMs }),
});

describe('the Redis silence index', () => {
  let server: OwnRedis;
  beforeAll(async () => {
    server = await startOwnRedis();
  });
  afterAll(() => server.stop());

  it('spreads 100,000 sources evenly over its slots, and looks at them in one round trip', async () => {
    const { url, admin } = server;
    const keyPrefix = 'spread';
    const index = createRedisSilenceIndex({ url, keyPrefix, timeoutMs });
    await index.file(Array.from({ length: 100_000 }, (_, i) => ({ source: `pump-${i}`, deadline: 1e12 + i })));
    const sizes = await Promise.all(Array.from({ length: 16 }, (_, slot) => admin.zcard(`${keyPrefix}:due:{${slot}}`)));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100_000);
    expect(Math.max(...sizes)).toBeLessThan(7_000);
    const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))![1]);
    const before = await commands();
    expect(await index.due(1e12 - 1, 1_000)).toEqual({ filings: [], dueCount: 0, filedCount: 100_000 });
    expect((await commands()) - before).toBeLessThanOrEqual(3 * 16 + 1);
    await index.close();
  });

  it('files whether or not the server knows its scripts', async () => {
    const index = createRedisSilenceIndex({ url: server.url, keyPrefix: 'scripts', timeoutMs });
    await server.admin.script('FLUSH');
    await index.advanceShards([{ stream: 's', shard: '0', sequence: '7', arrival: 1 }]);
    expect(await index.shards()).toHaveLength(1);
    await index.close();
  });

  it('rejects with a transient fault while the server does not answer', async () => {
    const index = createRedisSilenceIndex({ url: server.url, keyPrefix: 'halted', timeoutMs: 100 });
    await eventually(() => index.shards());
    server.halt();
    await expect(index.due(1, 1)).rejects.toThrow(TransientFault);
    server.resume();
    await index.close();
  });
});
