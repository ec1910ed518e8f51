import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cluster } from 'ioredis';
import { z } from 'zod';
import { parseConfig } from '../../runtime/config';
import { first } from '../contracts/state-cache.contract';
import { openStates, StateVariables } from '../state-variables';
import { makeCertificate, type OwnRedis, startOwnRedis } from './redis-server.factory';
import { openRedisStates, RedisVariables } from './redis-variables';

const clusterUrl = process.env['REDIS_CLUSTER_URL'];
if (clusterUrl === undefined) throw new Error('REDIS_CLUSTER_URL must name a Redis Cluster that tests may write to');

const PASSWORD = 's3cr3t-of-nobody';
const prefix = `tidewatch-place-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-place-'));
const caFile = path.join(folder, 'ca.pem');
let encrypted: OwnRedis;
const certificate = makeCertificate();
const admin = new Cluster([clusterUrl]);

/** As ElastiCache Serverless is seen: one endpoint of a cluster, encrypted, with a user. */
beforeAll(async () => {
  writeFileSync(caFile, certificate.ca);
  encrypted = await startOwnRedis(
    {
      ...certificate.settings,
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-announce-ip': '127.0.0.1',
      'tls-cluster': 'yes',
      user: `tidewatch on >${PASSWORD} ~* +@all`,
    },
    { tls: { ca: certificate.ca } },
  );
  await encrypted.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await encrypted.admin.cluster('INFO')).includes('cluster_state:ok'));
});
afterAll(async () => {
  for (const node of admin.nodes('master')) {
    for await (const keys of node.scanStream({ match: `${prefix}*`, count: 1_000 }))
      await Promise.all((keys as string[]).map((key) => node.del(key)));
  }
  await admin.quit();
  await encrypted.stop();
  certificate.remove();
  rmSync(folder, { recursive: true });
});

const sources = Array.from({ length: 40 }, (_, i) => `pump-${i}`);

describe.each<[string, (env: NodeJS.ProcessEnv) => ReturnType<typeof openStates>]>([
  ['on one machine', (env) => openStates(parseConfig(z.object(StateVariables), env))],
  ['deployed', (env) => openRedisStates(parseConfig(z.object(RedisVariables), env), async () => PASSWORD)],
])('the environment of a function %s', (name, open) => {
  const isDeployed = name === 'deployed';
  const secret = isDeployed ? { REDIS_PASSWORD_SECRET: 'redis' } : {};
  const user = isDeployed ? 'tidewatch' : `tidewatch:${PASSWORD}`;

  it.each<[string, () => NodeJS.ProcessEnv]>([
    ['a cluster', () => ({ REDIS_URL: clusterUrl, REDIS_CLUSTER: 'true' })],
    [
      'a cluster behind TLS, with a user',
      () => ({
        REDIS_URL: `rediss://${user}@localhost:${encrypted.port}`,
        ...{ REDIS_CLUSTER: 'true', REDIS_CA_FILE: caFile },
        ...secret,
      }),
    ],
  ])('opens states and deadlines in %s', async (_, place) => {
    const { cache, silence } = await open({ ...place(), REDIS_PREFIX: `${prefix}-${isDeployed}` });
    expect(await cache.commit(sources.map((source) => first(source, '1')))).toEqual(sources.map(() => true));
    expect((await cache.load(sources)).every((state) => state !== undefined)).toBe(true);
    await silence.file([{ source: 'pump-1', deadline: 1 }]);
    expect((await silence.due(2, 10)).filings).toEqual([{ source: 'pump-1', deadline: 1 }]);
    await Promise.all([cache.close(), silence.close()]);
  });

  it('names a file of certificates that is not there', async () => {
    const env = { REDIS_URL: `rediss://${user}@localhost:${encrypted.port}`, REDIS_CA_FILE: '/no/such.pem', ...secret };
    await expect(open(env)).rejects.toThrow(/no\/such\.pem/);
    expect(String(await open(env).catch((error) => error))).not.toContain(PASSWORD);
  });
});
