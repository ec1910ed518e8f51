import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cluster } from 'ioredis';
import { z } from 'zod';
import { parseConfig } from '../../runtime/config';
import { first } from '../contracts/state-cache.contract';
import { openStates, StateVariables } from '../state-variables';
import { eventually } from './eventually.factory';
import { makeCertificate, type OwnRedis, startOwnCluster } from './redis-server.factory';
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
  const user = `tidewatch on >${PASSWORD} ~* +@all`;
  const settings = { ...certificate.settings, 'tls-cluster': 'yes', user };
  [encrypted] = (await startOwnCluster(1, settings, { tls: { ca: certificate.ca } })) as [OwnRedis];
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
    // A function's time-outs are short, and other tests run beside this one.
    await eventually(() => cache.commit(sources.map((source) => first(source, '1'))));
    expect((await eventually(() => cache.load(sources))).every((state) => state !== undefined)).toBe(true);
    await eventually(() => silence.file([{ source: 'pump-1', deadline: 1 }]));
    const { filings } = await eventually(() => silence.due(2, 10));
    expect(filings).toEqual([{ source: 'pump-1', deadline: 1 }]);
    await Promise.all([cache.close(), silence.close()]);
  });

  it('names a file of certificates that is not there', async () => {
    const env = { REDIS_URL: `rediss://${user}@localhost:${encrypted.port}`, REDIS_CA_FILE: '/no/such.pem', ...secret };
    await expect(open(env)).rejects.toThrow(/no\/such\.pem/);
    expect(String(await open(env).catch((error) => error))).not.toContain(PASSWORD);
  });
});
