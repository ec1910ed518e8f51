import { describeSilenceIndex } from '../../shared/adapters/contracts/silence-index.contract';
import { describeSourcePlaces } from '../../shared/adapters/contracts/source-places.contract';
import { describeStateCache } from '../../shared/adapters/contracts/state-cache.contract';
import { createRedisCache } from '../../shared/adapters/redis/redis-cache';
import { type OwnRedis, startOwnCluster } from '../../shared/adapters/redis/redis-server.factory';
import { createRedisSilenceIndex } from '../../shared/adapters/redis/redis-silence-index';
import { createRedisSourcePlaces } from '../../shared/adapters/redis/redis-source-places';
import { CACHE_ACCESS, CACHE_USER } from './cache-access';

const PASSWORD = 'a-password-of-tests';

/** A cluster of one node, as ElastiCache Serverless looks from outside, with the user that the stacks make. */
describe('with no more than the permissions of the cache’s user', () => {
  let server: OwnRedis;
  beforeAll(async () => {
    [server] = (await startOwnCluster(1, { user: `${CACHE_USER} ${CACHE_ACCESS} >${PASSWORD}` })) as [OwnRedis];
  });
  afterAll(() => server.stop());
  const options = (scope: string) => ({
    url: `redis://${CACHE_USER}:${PASSWORD}@127.0.0.1:${server.port}`,
    ...{ cluster: true, keyPrefix: `tidewatch-${scope}`, timeoutMs: 30_000 },
  });

  describeStateCache('the cache', { make: (scope) => createRedisCache(options(scope)) });
  describeSourcePlaces('the places', {
    make: (scope, placesMax, account = 'places') => createRedisSourcePlaces({ ...options(scope), placesMax, account }),
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
