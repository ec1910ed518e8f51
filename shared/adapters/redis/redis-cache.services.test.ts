import { Redis } from 'ioredis';
import { CHECKPOINT_FIELD, type StateCache, TransientFault } from '../../detection/ports';
import { describeStateCache, first } from '../contracts/state-cache.contract';
import { eventually } from './eventually.factory';
import { createRedisCache } from './redis-cache';
import { type OwnRedis, startOwnRedis } from './redis-server.factory';
import { sourceKey } from './source-key';

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

describeStateCache('Redis', { make: (scope) => createRedisCache({ url, keyPrefix: `${prefix}-${scope}`, timeoutMs }) });

describe('the Redis cache', () => {
  let server: OwnRedis;
  let cache: StateCache;
  let keyPrefix: string;
  let tests = 0;
  beforeAll(async () => {
    server = await startOwnRedis();
  });
  beforeEach(() => {
    keyPrefix = `test-${tests++}`;
    cache = createRedisCache({ url: server.url, keyPrefix, timeoutMs });
  });
  afterEach(() => cache.close());
  afterAll(() => server.stop());

  it('keeps a source in one hash whose name is its hash tag', async () => {
    await cache.commit([first('pump-17', '1')]);
    expect(await server.admin.hgetall(`${keyPrefix}:{pump-17}`)).toEqual({ [CHECKPOINT_FIELD]: '1' });
  });

  it('commits whether or not the server knows the script, and judges each source once', async () => {
    await server.admin.script('FLUSH');
    expect(await cache.commit([first('a', '1'), first('b', '1')])).toEqual([true, true]);
    expect(await cache.commit([first('a', '2'), first('c', '1')])).toEqual([false, true]);
    await server.admin.script('FLUSH');
    expect(await cache.commit([first('a', '2'), first('d', '1')])).toEqual([false, true]);
  });

  it('judges each of many sources on its own, whichever go together', async () => {
    const sources = Array.from({ length: 300 }, (_, i) => `many-${i}`);
    const wide = (source: string, checkpoint: string, count: number, expected?: string) => {
      const fields = new Map([[CHECKPOINT_FIELD, Buffer.from(checkpoint)]]);
      for (let i = 0; i < count; i++) fields.set(`m:${i}`, Buffer.from(`${source} ${i} ${checkpoint}`));
      return { source, expected: expected === undefined ? undefined : Buffer.from(expected), fields };
    };
    const countOf = (i: number) => (i % 100 === 50 ? 600 : i % 7);
    const known = sources.filter((_, i) => i % 3 === 0);
    expect(await cache.commit(known.map((source) => wide(source, '1', 2)))).toEqual(known.map(() => true));
    const outcomes = await cache.commit(
      sources.map((source, i) => wide(source, '2', countOf(i), i % 3 === 1 ? undefined : '1')),
    );
    expect(outcomes).toEqual(sources.map((_, i) => i % 3 !== 2));
    const states = await cache.load(sources);
    for (const [i, state] of states.entries()) {
      const written = i % 3 === 2 ? [] : [...wide(sources[i]!, '2', countOf(i)).fields];
      expect(written.map(([name]) => Buffer.from(state!.get(name)!))).toEqual(written.map(([, value]) => value));
      expect(state === undefined).toBe(i % 3 === 2);
    }
  });

  it('takes more fields than Lua can unpack at once', async () => {
    const fields = new Map([[CHECKPOINT_FIELD, Buffer.from('1')]]);
    for (let i = 0; i < 9_000; i++) fields.set(`metric-${i}`, Buffer.from(`${i}`));
    expect(await cache.commit([{ source: 'wide', expected: undefined, fields }])).toEqual([true]);
    const loaded = (await cache.load(['wide']))[0]!;
    expect([loaded.size, Buffer.from(loaded.get('metric-8999')!).toString()]).toEqual([9_001, '8999']);
  });

  it('rejects with a transient fault while the server does not answer, and works once it does', async () => {
    await cache.commit([first('a', '1')]);
    const hasty = createRedisCache({ url: server.url, keyPrefix, timeoutMs: 250 });
    await eventually(() => hasty.load(['a']));
    server.halt();
    await expect(hasty.load(['a'])).rejects.toThrow(TransientFault);
    server.resume();
    const loaded = await eventually(() => hasty.load(['a']));
    expect(Buffer.from(loaded[0]!.get(CHECKPOINT_FIELD)!).toString()).toBe('1');
    await hasty.close();
  });

  it('rejects with a transient fault what is under way when the connection breaks, and works on', async () => {
    await cache.load(['a']);
    const breakHeld = await server.holdWrites();
    const underWay = cache.commit([first('a', '1')]).catch((error: unknown) => error);
    await breakHeld();
    expect(await underWay).toBeInstanceOf(TransientFault);
    expect(String(await underWay)).not.toMatch(/no answer within/);
    expect(await eventually(() => cache.load(['a']))).toHaveLength(1);
  });

  it('calls a key of another kind a defect', async () => {
    await server.admin.set(sourceKey(keyPrefix, 'odd'), 'text');
    const error = await cache.load(['odd']).catch((caught: unknown) => caught as Error);
    expect(error).not.toBeInstanceOf(TransientFault);
    expect(error).toMatchObject({ message: expect.stringContaining('WRONGTYPE') });
  });
});
