import { Redis, type RedisOptions } from 'ioredis';
import { TransientFault } from '../../detection/ports';
import { isTimeout, piped, type RedisCommand, type RedisReply } from './pipeline';
import { type RedisAddress, withoutSecret } from './redis-address';

/** A client that keeps no commands while it has no connection, and says nothing secret. */
export interface RedisConnection {
  /**
   * Replies in the order of the commands: one round trip to each server concerned. Neither is repeated here when a
   * connection fails: whether that is right depends on the command.
   *
   * @throws {TransientFault} if there is no connection within the time-out
   */
  run(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]>;
  /** Text for an error, without the password. */
  safeText(error: unknown): string;
  close(): Promise<void>;
}

const RECONNECT_MS = { first: 50, most: 2_000 } as const;

/** Of each attempt to connect again, from 1: quick at first, so that a short outage costs little. */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(RECONNECT_MS.first * 2 ** Math.min(attempt, 10), RECONNECT_MS.most);
}

/** What single servers and the nodes of a cluster have in common. */
export function connectionOptions(timeoutMs: number) {
  return {
    // Nothing is sent twice on a new connection: callers decide.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: timeoutMs,
    protocol: 2,
    disableClientInfo: true,
  } as const satisfies RedisOptions;
}

/** One server. */
export function connectRedis(address: RedisAddress, timeoutMs: number): RedisConnection {
  const client = new Redis({
    ...address,
    ...connectionOptions(timeoutMs),
    lazyConnect: true,
    // Nothing waits unseen for a connection.
    enableOfflineQueue: false,
    retryStrategy: reconnectDelayMs,
    // After a failover the old primary takes no writes: look up the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  const safeText = (error: unknown) => withoutSecret(error, address.password);
  let lastProblem = 'no connection yet';
  // The client calls itself ready until a connection that it ends is closed; this is false at once.
  let isUsable = false;
  let waiting: Promise<void> | undefined;
  client.on('error', (error) => {
    lastProblem = safeText(error);
  });
  client.on('ready', () => {
    isUsable = true;
  });
  client.on('close', () => {
    isUsable = false;
  });
  const ready = async () => {
    if (isUsable) return;
    if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {});
    const problem = () => `${address.host}:${address.port} not reached: ${lastProblem}`;
    waiting ??= becomesReady(client, timeoutMs, problem).finally(() => {
      waiting = undefined;
    });
    await waiting;
  };
  return {
    async run(commands) {
      if (commands.length === 0) return [];
      await ready();
      const replies = await piped(client, commands, timeoutMs);
      if (replies.some(isTimeout)) {
        // It may never answer: a new connection may.
        isUsable = false;
        client.disconnect(true);
      }
      return replies;
    },
    safeText,
    async close() {
      if (isUsable) await client.quit().catch(() => {});
      client.disconnect();
    },
  };
}

/** Rejects with a TransientFault that bears the problem, if the client is not ready in time. */
export function becomesReady(
  client: { once(event: 'ready', listener: () => void): unknown; off(event: 'ready', listener: () => void): unknown },
  timeoutMs: number,
  problem: () => string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onReady = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      client.off('ready', onReady);
      reject(new TransientFault('cache', problem()));
    }, timeoutMs);
    client.once('ready', onReady);
  });
}
