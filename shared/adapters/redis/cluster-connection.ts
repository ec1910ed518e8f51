import { Cluster, type Redis } from 'ioredis';
import { TransientFault } from '../../detection/ports';
import { keySlot } from './key-slot';
import { isTimeout, piped, type RedisCommand, type RedisReply } from './pipeline';
import { type RedisAddress, withoutSecret } from './redis-address';
import { becomesReady, connectionOptions, type RedisConnection, reconnectDelayMs } from './redis-connection';

/** How often one call follows slots that moved: a migration moves a slot once, or asks and then moves. */
const REDIRECTIONS_MAX = 3;

/**
 * A Redis or Valkey Cluster, as ElastiCache Serverless always is: one pipeline to each owner of slots, at the same time.
 * The client keeps the map of slots and the connections; redirections (MOVED, ASK) are followed here, command by command, so
 * that no command is sent twice that had been answered.
 */
export function connectCluster(address: RedisAddress, timeoutMs: number): RedisConnection {
  const { host, port, db: _, ...access } = address;
  const cluster = new Cluster([{ host, port }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelayMs,
    // A frozen function would refresh too late and too often; redirections and lost nodes do it when needed.
    slotsRefreshInterval: 0,
    slotsRefreshTimeout: timeoutMs,
    // Names stay names: certificates are made out to them.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: { ...access, ...connectionOptions(timeoutMs) },
  });
  const safeText = (error: unknown) => withoutSecret(error, address.password);
  let lastProblem = 'no connection yet';
  const notice = (error: unknown) => {
    lastProblem = safeText(error);
  };
  cluster.on('error', notice);
  cluster.on('node error', notice);
  const problem = () => `cluster of ${host}:${port} not reached: ${lastProblem}`;
  let waiting: Promise<void> | undefined;
  const ready = async () => {
    if (cluster.status === 'ready') return;
    if (cluster.status === 'wait' || cluster.status === 'end') cluster.connect().catch(() => {});
    waiting ??= becomesReady(cluster, timeoutMs, problem).finally(() => {
      waiting = undefined;
    });
    await waiting;
  };
  const refresh = () => new Promise<void>((done) => cluster.refreshSlotsCache(() => done()));
  return {
    async run(commands) {
      if (commands.length === 0) return [];
      await ready();
      if (commands.some(({ key }) => ownerOf(cluster, key) === undefined)) await refresh();
      const replies: RedisReply[] = new Array(commands.length);
      await sendToOwners(cluster, commands, [...commands.keys()], replies, timeoutMs);
      for (let redirections = 0; redirections < REDIRECTIONS_MAX; redirections++) {
        const redirected = [...replies.keys()].filter((at) => redirectionOf(replies[at]!) !== undefined);
        if (redirected.length === 0) break;
        await follow(cluster, commands, redirected, replies, refresh, timeoutMs);
      }
      return replies;
    },
    safeText,
    async close() {
      if (cluster.status === 'ready') await cluster.quit().catch(() => {});
      cluster.disconnect();
    },
  };
}

function ownerOf(cluster: Cluster, key: string): Redis | undefined {
  const owner = cluster.slots[keySlot(key)]?.[0];
  return owner === undefined ? undefined : nodeOf(cluster, owner);
}

function nodeOf(cluster: Cluster, address: string): Redis | undefined {
  return cluster.nodes('all').find(({ options }) => `${options.host}:${options.port}` === address);
}

/** Each owner gets its share of the commands in one pipeline; replies go to the commands' places. */
async function sendToOwners(
  cluster: Cluster,
  commands: readonly RedisCommand[],
  places: readonly number[],
  replies: RedisReply[],
  timeoutMs: number,
): Promise<void> {
  const shares = new Map<Redis, number[]>();
  for (const at of places) {
    const owner = ownerOf(cluster, commands[at]!.key);
    if (owner === undefined) throw new TransientFault('cache', 'the cluster has no owner for a slot');
    const share = shares.get(owner);
    if (share === undefined) shares.set(owner, [at]);
    else share.push(at);
  }
  await Promise.all(
    [...shares].map(async ([node, share]) => {
      const answers = await piped(
        node,
        share.map((at) => commands[at]!),
        timeoutMs,
      );
      share.forEach((at, i) => {
        replies[at] = answers[i]!;
      });
      // It may never answer: the connection made next may.
      if (answers.some(isTimeout)) node.disconnect();
    }),
  );
}

interface Redirection {
  readonly kind: 'MOVED' | 'ASK';
  /** host:port of the node to turn to. */
  readonly to: string;
}

function redirectionOf([error]: RedisReply): Redirection | undefined {
  const [kind, , to] = error?.message.split(' ') ?? [];
  return (kind === 'MOVED' || kind === 'ASK') && to !== undefined ? { kind, to } : undefined;
}

/** Slots that moved are looked up anew; a slot that is moving is asked for where it goes, this once. */
async function follow(
  cluster: Cluster,
  commands: readonly RedisCommand[],
  places: readonly number[],
  replies: RedisReply[],
  refresh: () => Promise<void>,
  timeoutMs: number,
): Promise<void> {
  const asks = places.filter((at) => redirectionOf(replies[at]!)?.kind === 'ASK');
  const moves = places.filter((at) => redirectionOf(replies[at]!)?.kind === 'MOVED');
  if (moves.length > 0 || asks.some((at) => nodeOf(cluster, redirectionOf(replies[at]!)!.to) === undefined)) {
    await refresh();
  }
  if (moves.length > 0) await sendToOwners(cluster, commands, moves, replies, timeoutMs);
  await Promise.all(
    asks.map(async (at) => {
      const node = nodeOf(cluster, redirectionOf(replies[at]!)!.to);
      if (node === undefined) return;
      const asking = { key: '', name: 'ASKING', args: [] };
      replies[at] = (await piped(node, [asking, commands[at]!], timeoutMs))[1]!;
    }),
  );
}
