import { Redis } from 'ioredis';
import { TransientFault } from '../../detection/ports';

export interface RedisConnectionOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** For reaching the server, and for each command. */
  readonly timeoutMs: number;
}

/** A client that keeps no commands while it has no connection, and says nothing secret. */
export interface RedisConnection {
  /** The client once it is connected. @throws {TransientFault} if that takes too long */
  ready(): Promise<Redis>;
  /** Ends a connection that does not answer any more; a new one is made. */
  renew(): void;
  /** Text for an error, without the password. */
  safeText(error: unknown): string;
  close(): Promise<void>;
}

const RECONNECT_MS = { first: 50, most: 2_000 } as const;

/** @throws {Error} if the URL is none of Redis; it never stands in the message, since it may hold a password */
export function connectRedis({ url, timeoutMs }: RedisConnectionOptions): RedisConnection {
  const address = parseUrl(url);
  const client = new Redis({
    ...address,
    lazyConnect: true,
    // Nothing waits unseen for a connection, and nothing is sent twice on a new one: callers decide.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: (attempt) => Math.min(RECONNECT_MS.first * 2 ** Math.min(attempt, 10), RECONNECT_MS.most),
    // After a failover the old primary takes no writes: look up the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    protocol: 2,
    disableClientInfo: true,
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
  return {
    async ready() {
      if (isUsable) return client;
      if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {});
      const problem = () => `${address.host}:${address.port} not reached: ${lastProblem}`;
      waiting ??= becomesReady(client, timeoutMs, problem).finally(() => {
        waiting = undefined;
      });
      await waiting;
      return client;
    },
    renew() {
      isUsable = false;
      client.disconnect(true);
    },
    safeText,
    async close() {
      if (isUsable) await client.quit().catch(() => {});
      client.disconnect();
    },
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername: string };
}

function parseUrl(text: string): Address {
  try {
    const { protocol, hostname, port, username, password, pathname } = new URL(text);
    const database = /^\/?(\d*)$/.exec(pathname)?.[1];
    if (/^rediss?:$/.test(protocol) && hostname !== '' && database !== undefined) {
      return {
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port || 6_379),
        db: Number(database),
        ...(username === '' ? {} : { username: decodeURIComponent(username) }),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' ? { tls: { servername: hostname } } : {}),
      };
    }
  } catch {
    // The error of `new URL` holds the text, and so the password.
  }
  throw new Error('the address of Redis must look like redis://[user:password@]host[:port][/database]');
}

function becomesReady(client: Redis, timeoutMs: number, problem: () => string): Promise<void> {
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

function withoutSecret(error: unknown, secret: string | undefined): string {
  const text = error instanceof Error || isErrorLike(error) ? error.message : String(error);
  const named = text === '' ? String((error as { code?: unknown }).code ?? 'unknown error') : text;
  return secret === undefined || secret === '' ? named : named.replaceAll(secret, '***');
}

/** Errors of another realm, as in tests, are no instances of this one's Error. */
function isErrorLike(error: unknown): error is { message: string } {
  return typeof (error as { message?: unknown } | null)?.message === 'string';
}
