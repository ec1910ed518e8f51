import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface RedisProcess {
  readonly url: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of our own that keeps every write, so that it may be killed and started again. */
export async function startRedis(folder: string): Promise<RedisProcess> {
  const port = 20_000 + (process.pid % 20_000);
  const data = path.join(folder, 'redis');
  mkdirSync(data);
  const url = `redis://127.0.0.1:${port}`;
  const start = async () => {
    const child = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        data,
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        '--save',
        '',
      ],
      { stdio: 'ignore' },
    );
    child.on('error', (error) => console.error(`redis-server cannot be started: ${error.message}`));
    const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    probe.on('error', () => undefined);
    await probe.ping();
    probe.disconnect();
    return child;
  };
  let child = await start();
  const kill = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  return {
    url,
    async restart() {
      await kill();
      child = await start();
    },
    stop: kill,
  };
}

export function restartNowAndThen(redis: RedisProcess, onRestart: () => void) {
  const stopping = new AbortController();
  const done = (async () => {
    while (!stopping.signal.aborted) {
      await pause(4_000, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      onRestart();
      await redis.restart();
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}
