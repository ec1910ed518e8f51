import { Redis } from 'ioredis';
import { TransientFault } from '../../detection/ports';
import { describeSilenceIndex } from '../contracts/silence-index.contract';
import { createRedisSilenceIndex } from './redis-silence-index';

const url = process.env['REDIS_URL'];
if (url === undefined) throw new Error('REDIS_URL must name a Redis server that these tests may write to');

const prefix = `tidewatch-test-${process.pid}-${Date.now()}`;
const admin = new Redis(url);
afterAll(async () => {
  for await (const keys of admin.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await admin.del(...(keys as string[]));
  }
  await admin.quit();
});

describeSilenceIndex('Redis', { make: (scope) => createRedisSilenceIndex({ url, keyPrefix: `${prefix}-${scope}` }) });

const clusterUrl = process.env['REDIS_CLUSTER_URL'];
if (clusterUrl === undefined)
  throw new Error('REDIS_CLUSTER_URL must name a Redis Cluster that these tests may write to');

describeSilenceIndex('Redis Cluster', {
  make: (scope) => createRedisSilenceIndex({ url: clusterUrl, cluster: true, keyPrefix: `${prefix}-${scope}` }),
});

describe('the Redis silence index', () => {
  it('spreads 100,000 sources evenly over its slots, and looks at them in one round trip', async () => {
    const keyPrefix = `${prefix}-spread`;
    const index = createRedisSilenceIndex({ url, keyPrefix, timeoutMs: 10_000 });
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
    const index = createRedisSilenceIndex({ url, keyPrefix: `${prefix}-scripts` });
    await admin.script('FLUSH');
    await index.advanceShards([{ stream: 's', shard: '0', sequence: '7', arrival: 1 }]);
    expect(await index.shards()).toHaveLength(1);
    await index.close();
  });

  it('rejects with a transient fault while the server does not answer', async () => {
    const index = createRedisSilenceIndex({ url, keyPrefix: `${prefix}-paused`, timeoutMs: 100 });
    await index.shards();
    await admin.call('CLIENT', 'PAUSE', '300', 'ALL');
    await expect(index.due(1, 1)).rejects.toThrow(TransientFault);
    await index.close();
  });
});
