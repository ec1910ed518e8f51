// Runs a command beside a Redis server of its own, on a free port of 127.0.0.1 and with nothing kept:
//   node scripts/with-redis.mjs npx jest -c jest.services.config.mjs
// The command finds the server in REDIS_URL; its exit code is this program's. Where REDIS_URL is set, none is started.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS_MAX = 10_000;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) end(2, 'Usage: node scripts/with-redis.mjs COMMAND [ARGUMENT …]');

const redis = process.env.REDIS_URL ? undefined : await startRedis();
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...redis?.env } });
child.once('error', (error) => stop(1, `${command}: ${error.message}`));
child.once('exit', (code, signal) =>
  stop(code ?? 1, signal === null ? undefined : `${command} was ended by ${signal}`),
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));

async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-redis-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', loglevel: 'warning' };
  const server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  server.once('error', (error) => {
    if (error.code !== 'ENOENT') end(1, `redis-server: ${error.message}`);
    end(1, 'redis-server is not installed. Debian, Ubuntu: apt install redis-server; macOS: brew install redis.');
  });
  server.once('exit', (code) => end(1, `redis-server ended with ${code}`));
  await listening(port, server);
  return { server, env: { REDIS_URL: `redis://127.0.0.1:${port}` } };
}

function stop(code, message) {
  if (redis === undefined) end(code, message);
  redis.server.removeAllListeners('exit').once('exit', () => end(code, message));
  redis.server.kill();
}

function end(code, message) {
  if (message !== undefined) console.error(message);
  process.exit(code);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}

async function listening(port, server) {
  const deadline = Date.now() + START_MS_MAX;
  while (!(await canConnect(port))) {
    if (Date.now() > deadline) {
      server.kill();
      end(1, `redis-server did not start within ${START_MS_MAX} ms`);
    }
    await new Promise((soon) => setTimeout(soon, 20));
  }
}

function canConnect(to) {
  return new Promise((resolve) => {
    const socket = connect(to, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
