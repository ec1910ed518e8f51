import { inspect } from 'node:util';
import { TransientFault } from '../../detection/ports';
import { describeStateCache, first } from '../contracts/state-cache.contract';
import { createRedisCache } from './redis-cache';
import { makeCertificate, type OwnRedis, startOwnRedis } from './redis-server.factory';
import { sourceKey } from './source-key';

const SECRET = 's3cr3t-of-nobody';

describe('Redis with TLS and a user', () => {
  const certificate = makeCertificate();
  let server: OwnRedis;
  beforeAll(async () => {
    const rules = `on >${SECRET} ~tidewatch* +hgetall +evalsha +eval +hget +hset +expire +ping +info +quit`;
    server = await startOwnRedis(
      { ...certificate.settings, user: `tidewatch ${rules}` },
      { tls: { ca: certificate.ca } },
    );
  });
  afterAll(async () => {
    await server.stop();
    certificate.remove();
  });
  /** Longer than a busy machine makes anything last: only a test that is about its end has another. */
  const timeoutMs = 30_000;
  const open = (url: string) => createRedisCache({ url, timeoutMs, ca: certificate.ca });

  describeStateCache('Redis over TLS', {
    make: (scope) =>
      createRedisCache({
        url: `rediss://tidewatch:${SECRET}@localhost:${server.port}`,
        ca: certificate.ca,
        keyPrefix: `tidewatch-${scope}`,
        timeoutMs,
      }),
  });

  it('takes an address by number too', async () => {
    const cache = open(`rediss://tidewatch:${SECRET}@127.0.0.1:${server.port}`);
    expect(await cache.commit([first('a', '1')])).toEqual([true]);
    await cache.close();
  });

  it.each<[string, string, string | undefined]>([
    ['a wrong password', `rediss://tidewatch:${SECRET}-not@localhost`, certificate.ca],
    ['an unknown user', `rediss://nobody:${SECRET}@localhost`, certificate.ca],
    ['a certificate that nobody vouches for', `rediss://tidewatch:${SECRET}@localhost`, ''],
    ['no TLS', `redis://tidewatch:${SECRET}@localhost`, undefined],
  ])('says what is wrong with %s, and no secret', async (_, address, ca) => {
    const cache = createRedisCache({ url: `${address}:${server.port}`, timeoutMs: 300, ...(ca ? { ca } : {}) });
    const error = (await cache.load(['a']).catch((caught: unknown) => caught)) as Error;
    expect(error).toBeInstanceOf(TransientFault);
    expect(error.message).toMatch(/not reached: .+/);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    await cache.close();
  });

  it('forgets a source some time after its last commit', async () => {
    const cache = createRedisCache({
      url: `rediss://tidewatch:${SECRET}@localhost:${server.port}`,
      ca: certificate.ca,
      ttlSeconds: 600,
      timeoutMs,
    });
    const key = sourceKey('tidewatch', 'mortal');
    await cache.commit([first('mortal', '1')]);
    const ttl = () => server.admin.ttl(key);
    expect(await ttl()).toBeGreaterThan(590);
    await server.admin.expire(key, 5);
    expect(await cache.commit([first('mortal', '2')])).toEqual([false]);
    expect(await ttl()).toBeLessThanOrEqual(5);
    const next = { ...first('mortal', '2'), expected: Buffer.from('1') };
    expect(await cache.commit([next])).toEqual([true]);
    expect(await ttl()).toBeGreaterThan(590);
    await cache.close();
  });
});
