import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { TransientFault } from '../../detection/ports';
import { first } from '../contracts/state-cache.contract';
import { createRedisCache } from './redis-cache';

const SECRET = 's3cr3t-of-nobody';

describe('the Redis cache without a server', () => {
  it.each([
    `http://:${SECRET}@localhost`,
    `redis://:${SECRET}@`,
    `:${SECRET}@localhost`,
    `redis://:${SECRET}@localhost:99999`,
    `redis://:${SECRET}%@localhost`,
    `redis://:${SECRET}@localhost/zero`,
    '',
  ])('refuses the address %j and does not repeat it', (url) => {
    const error = thrown(() => createRedisCache({ url }));
    expect(error.message).toMatch(/must look like redis:\/\//);
    expect(inspect(error, { depth: 10 })).not.toContain(SECRET);
  });

  it('refuses a prefix that would end the hash tag', () => {
    expect(() => createRedisCache({ url: 'redis://localhost', keyPrefix: 'a{b}' })).toThrow(/braces/);
  });

  it('rejects with a transient fault that names the server and no secret, while nobody listens', async () => {
    const cache = createRedisCache({ url: `redis://user:${SECRET}@127.0.0.1:1`, timeoutMs: 150 });
    for (const call of [() => cache.load(['a']), () => cache.commit([first('a', '1')])]) {
      const error = await refused(call);
      expect(error).toBeInstanceOf(TransientFault);
      expect(error.message).toMatch(/^cache: 127\.0\.0\.1:1 not reached: .*ECONNREFUSED/);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    }
    await cache.close();
  });

  it('rejects with a transient fault when the server takes the connection and says nothing', async () => {
    const { port, stop } = await listen(() => {});
    const cache = createRedisCache({ url: `redis://:${SECRET}@127.0.0.1:${port}`, timeoutMs: 100 });
    const error = await rejected(cache.load(['a']));
    expect(error).toBeInstanceOf(TransientFault);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    await cache.close();
    await stop();
  });

  it('rejects with a transient fault that holds no secret when the password is wrong', async () => {
    const { port, stop } = await listen((socket) => {
      socket.on('data', () => socket.write(`-WRONGPASS invalid password ${SECRET}\r\n`));
    });
    const cache = createRedisCache({ url: `redis://:${SECRET}@127.0.0.1:${port}`, timeoutMs: 150 });
    const error = await refused(() => cache.load(['a']));
    expect(error).toBeInstanceOf(TransientFault);
    expect(error.message).toContain('not reached: WRONGPASS');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    await cache.close();
    await stop();
  });

  it('takes empty requests without calling anybody', async () => {
    const cache = createRedisCache({ url: 'redis://127.0.0.1:1', timeoutMs: 50 });
    expect(await cache.load([])).toEqual([]);
    expect(await cache.commit([])).toEqual([]);
    await cache.close();
  });
});

/** A call's time may be over before anything was heard: then the next one says what is wrong. */
async function refused(call: () => Promise<unknown>): Promise<Error> {
  for (;;) {
    const error = await rejected(call());
    if (!error.message.includes('no connection yet')) return error;
  }
}

function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

async function rejected(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('nothing was rejected');
    },
    (error: unknown) => error as Error,
  );
}

async function listen(onConnection: (socket: Socket) => void): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => stopped());
      for (const socket of sockets) socket.destroy();
    });
  return { port: (server.address() as AddressInfo).port, stop };
}
