import { describeSilenceIndex } from '../../shared/adapters/contracts/silence-index.contract';
import { describeSourcePlaces } from '../../shared/adapters/contracts/source-places.contract';
import { describeStateCache } from '../../shared/adapters/contracts/state-cache.contract';
import { createRedisCache } from '../../shared/adapters/redis/redis-cache';
import { type OwnRedis, startOwnRedis } from '../../shared/adapters/redis/redis-server.factory';
import { createRedisSilenceIndex } from '../../shared/adapters/redis/redis-silence-index';
import { createRedisSourcePlaces } from '../../shared/adapters/redis/redis-source-places';
import { CACHE_ACCESS, CACHE_USER } from './cache-access';

const PASSWORD = 'a-password-of-tests';

/** A cluster of one node, as ElastiCache Serverless looks from outside, with the user that the stacks make. */
describe('with no more than the permissions of the cache’s user', () => {
  let server: OwnRedis;
  beforeAll(async () => {
    server = await startOwnRedis({
      'cluster-enabled': 'yes',
      // A node that met no other knows no address of its own.
      'cluster-announce-ip': '127.0.0.1',
      user: `${CACHE_USER} ${CACHE_ACCESS} >${PASSWORD}`,
    });
    await server.admin.cluster('ADDSLOTSRANGE', 0, 16_383);
    while (!String(await server.admin.cluster('INFO')).includes('cluster_state:ok')) {
      await new Promise((soon) => setTimeout(soon, 20));
    }
  });
  afterAll(() => server.stop());
  const options = (scope: string) => ({
    url: `redis://${CACHE_USER}:${PASSWORD}@127.0.0.1:${server.port}`,
    ...{ cluster: true, keyPrefix: `tidewatch-${scope}`, timeoutMs: 2_000 },
  });

  describeStateCache('the cache', { make: (scope) => createRedisCache(options(scope)) });
  describeSourcePlaces('the places', {
    make: (scope, placesMax) => createRedisSourcePlaces({ ...options(scope), placesMax }),
  });
  describeSilenceIndex('the index', { make: (scope) => createRedisSilenceIndex(options(scope)) });

  it.each([
    ['FLUSHALL', []],
    ['CONFIG', ['GET', '*']],
    ['CLIENT', ['LIST']],
    ['ACL', ['LIST']],
    ['KEYS', ['*']],
  ])('%s is refused', async (command, args) => {
    const user = server.admin.duplicate({ username: CACHE_USER, password: PASSWORD });
    await expect(user.call(command, ...args)).rejects.toThrow(/NOPERM/);
    user.disconnect();
  });
});
