import { Cluster, type Redis } from 'ioredis';
import { CHECKPOINT_FIELD, type StateCache, TransientFault } from '../../detection/ports';
import { describeStateCache, first } from '../contracts/state-cache.contract';
import { eventually, eventuallyTrue } from './eventually.factory';
import { keySlot } from './key-slot';
import { createRedisCache } from './redis-cache';
import { CLUSTER_NODE, type OwnRedis, startOwnCluster, startOwnRedis } from './redis-server.factory';
import { sourceKey } from './source-key';

const url = process.env['REDIS_CLUSTER_URL'];
if (url === undefined) throw new Error('REDIS_CLUSTER_URL must name a Redis Cluster that these tests may write to');

const prefix = `tidewatch-test-${process.pid}-${Date.now()}`;
const shared = new Cluster([url]);
beforeAll(() => shared.cluster('INFO'));
afterAll(async () => {
  for (const node of shared.nodes('master')) {
    for await (const keys of node.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      await Promise.all((keys as string[]).map((key) => node.del(key)));
    }
  }
  await shared.quit();
});

/** Longer than a busy machine makes anything last: only a test that is about its end has another. */
const timeoutMs = 30_000;

describeStateCache('a Redis Cluster', {
  make: (scope) => createRedisCache({ url, cluster: true, keyPrefix: `${prefix}-${scope}`, timeoutMs }),
});

describe('the cache of a Redis Cluster', () => {
  let nodes: readonly OwnRedis[];
  let admin: Cluster;
  const primaries = () => admin.nodes('master');
  const open = (patienceMs = timeoutMs) =>
    createRedisCache({ url: nodes[0]!.url, cluster: true, keyPrefix, timeoutMs: patienceMs });
  let cache: StateCache;
  let keyPrefix: string;
  let tests = 0;
  beforeAll(async () => {
    nodes = await startOwnCluster(3);
    admin = new Cluster([nodes[0]!.url]);
    await admin.cluster('INFO');
  });
  beforeEach(() => {
    keyPrefix = `test-${tests++}`;
    cache = open();
  });
  afterEach(() => cache.close());
  afterAll(async () => {
    admin.disconnect();
    await Promise.all(nodes.map((node) => node.stop()));
  });
  const sources = Array.from({ length: 60 }, (_, i) => `pump-${i}`);

  it('knows the slot of every key', async () => {
    for (const source of ['a', '', '{}', '}a{', '水温', '🌊', ...sources]) {
      const key = sourceKey(keyPrefix, source);
      expect(keySlot(key)).toBe(await primaries()[0]!.cluster('KEYSLOT', key));
    }
  });

  it('takes one round trip to each owner of slots, and no more', async () => {
    await cache.load(['warm', ...sources]);
    const before = await reads();
    await cache.commit(sources.map((source) => first(source, '1')));
    await cache.commit(sources.map((source) => first(source, '2')));
    await cache.load(sources);
    const after = await reads();
    // First commit, perhaps again with the whole script, second commit, load; and the INFO that asks.
    after.forEach((count, node) => {
      expect(count - before[node]!).toBeLessThanOrEqual(5);
    });
    expect(after.length).toBe(3);
  });

  it('commits whether or not a node knows the script', async () => {
    expect(await cache.commit(sources.map((source) => first(source, '1')))).toEqual(sources.map(() => true));
    await primaries()[1]!.script('FLUSH');
    const again = sources.flatMap((source) => [first(source, '2'), first(`${source}-new`, '1')]);
    expect(await cache.commit(again)).toEqual(sources.flatMap(() => [false, true]));
  });

  it('follows a slot that is moving, and one that has moved', async () => {
    // A name of its own, so that its slot holds no key of another test.
    const moving = `moving-${keyPrefix}`;
    const all = [...sources, moving];
    const other = open();
    for (const one of [cache, other]) await one.load(all);
    await cache.commit(all.map((source) => first(source, '1')));
    const slot = keySlot(sourceKey(keyPrefix, moving));
    const { from, to, ids } = await borders(slot);
    await to.cluster('SETSLOT', slot, 'IMPORTING', ids.from);
    await from.cluster('SETSLOT', slot, 'MIGRATING', ids.to);
    await from.call('MIGRATE', '127.0.0.1', to.options.port!, '', 0, 2_000, 'KEYS', sourceKey(keyPrefix, moving));
    expect(await checkpoints(cache, all)).toEqual(all.map(() => '1'));
    const second = {
      source: moving,
      expected: Buffer.from('1'),
      fields: new Map([[CHECKPOINT_FIELD, Buffer.from('2')]]),
    };
    expect(await cache.commit([second])).toEqual([true]);
    for (const node of [to, from, ...primaries()]) await node.cluster('SETSLOT', slot, 'NODE', ids.to);
    expect(await checkpoints(other, [moving, 'pump-8'])).toEqual(['2', '1']);
    const third = { ...second, expected: Buffer.from('2'), fields: new Map([[CHECKPOINT_FIELD, Buffer.from('3')]]) };
    expect(await cache.commit([third])).toEqual([true]);
    await other.close();
  });

  it('rejects with a transient fault while a node does not answer, and works once it does', async () => {
    await cache.commit(sources.map((source) => first(source, '1')));
    const hasty = open(500);
    await eventually(() => hasty.load(sources));
    nodes[1]!.halt();
    await expect(hasty.load(sources)).rejects.toThrow(TransientFault);
    nodes[1]!.resume();
    expect((await eventually(() => hasty.load(sources))).length).toBe(60);
    await hasty.close();
  });

  it('rejects with a transient fault what is under way when a connection breaks, and works on', async () => {
    await cache.load(sources);
    const breakHeld = await nodes[2]!.holdWrites();
    const underWay = cache.commit(sources.map((source) => first(source, '1'))).catch((error: unknown) => error);
    await breakHeld();
    expect(await underWay).toBeInstanceOf(TransientFault);
    expect(String(await underWay)).not.toMatch(/no answer within/);
    expect((await eventually(() => cache.load(sources))).length).toBe(60);
  });

  /** How often each primary has read from a connection of a client. */
  async function reads(): Promise<number[]> {
    const infos = await Promise.all(primaries().map((node) => node.info('stats')));
    return infos.map((info) => Number(/total_reads_processed:(\d+)/.exec(info)![1]));
  }

  async function borders(slot: number) {
    const owner = admin.slots[slot]![0]!;
    const isOwner = (node: Redis) => `${node.options.host}:${node.options.port}` === owner;
    const from = primaries().find(isOwner)!;
    const to = primaries().find((node) => !isOwner(node))!;
    const ids = { from: String(await from.cluster('MYID')), to: String(await to.cluster('MYID')) };
    return { from, to, ids };
  }
});

describe('a failover', () => {
  const settings = {
    'cluster-node-timeout': '1000',
    'cluster-replica-validity-factor': '0',
    'repl-diskless-sync-delay': '0',
  };
  let primary: OwnRedis;
  let replica: OwnRedis;
  beforeAll(async () => {
    [primary] = (await startOwnCluster(1, settings)) as [OwnRedis];
    replica = await startOwnRedis({ ...CLUSTER_NODE, ...settings });
    await replica.admin.call('CLUSTER', 'MEET', '127.0.0.1', String(primary.port));
    const id = String(await primary.admin.cluster('MYID'));
    await eventuallyTrue(async () => String(await replica.admin.cluster('NODES')).includes(id));
    await replica.admin.cluster('REPLICATE', id);
    await eventuallyTrue(async () => (await replica.admin.info('replication')).includes('master_link_status:up'));
    await eventuallyTrue(async () => String(await primary.admin.cluster('INFO')).includes('cluster_state:ok'));
    await eventuallyTrue(async () => (await primary.admin.cluster('SLOTS'))[0]?.length === 4);
  });
  afterAll(() => Promise.all([primary.stop(), replica.stop()]));

  it('in mid-call is a transient fault; the states are there at the new primary', async () => {
    const cache = createRedisCache({ url: primary.url, cluster: true, timeoutMs: 400 });
    await eventually(() => cache.load(['a', 'b', 'c']));
    await eventually(() => cache.commit([first('a', '1'), first('b', '1')]));
    await eventuallyTrue(async () => (await replica.admin.dbsize()) === 2);
    primary.halt();
    const underWay = cache.commit([first('c', '1')]).catch((error: unknown) => error);
    await primary.kill();
    expect(await underWay).toBeInstanceOf(TransientFault);
    await replica.admin.cluster('FAILOVER', 'TAKEOVER');
    expect(await eventually(() => checkpoints(cache, ['a', 'b', 'c']))).toEqual(['1', '1', undefined]);
    expect(await eventually(() => cache.commit([first('c', '1')]))).toEqual([true]);
    await cache.close();
  });
});

async function checkpoints(cache: StateCache, sources: readonly string[]): Promise<(string | undefined)[]> {
  const states = await cache.load(sources);
  return states.map((fields) => fields && Buffer.from(fields.get(CHECKPOINT_FIELD)!).toString());
}
