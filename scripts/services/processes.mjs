// Server processes: started with a log of their own, waited for by condition, stopped for good.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** MLflow needs 6 s on an idle machine, and all start at the same time; one that cannot start ends, and nobody waits for it. */
const READY_MS_MAX = 180_000;
const STOP_MS_MAX = 5_000;
const LOG_LINES = 15;
/** A start time is reckoned from the age of the system, and moves a little with the clock. */
const CLOCK_STEP_MS_MAX = 2_000;
/** What every process may see; nothing else of the user's environment, above all no credentials. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'SYSTEMROOT'];

/**
 * Starts a server in a folder of its own, detached: it outlives this program and gets no Ctrl-C.
 * @returns what {@link ready} and {@link stop} need
 */
export async function start({ name, command, args, folder, env = {} }) {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const inherited = Object.fromEntries(INHERITED.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
  const child = spawn(command, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...inherited, HOME: folder, TMPDIR: folder, ...env },
  });
  await new Promise((started, failed) => {
    child.once('spawn', started).once('error', (error) => failed(new Error(`${name}: ${error.message}`)));
  });
  child.unref();
  return { ...known(name, child.pid), log };
}

/** A process that others can stop: `since` tells it from another that gets the same id later. */
export function known(name, pid) {
  return { name, pid, since: startedAt(pid) };
}

/** Asks until `isReady` says so; fails when the process ends before, or when time is over, with the end of its log. */
export async function ready(server, isReady) {
  const deadline = Date.now() + READY_MS_MAX;
  for (;;) {
    if (await isReady().catch(() => false)) return;
    if (!isRunning(server)) throw new Error(`${server.name} ended before it was ready:\n${endOf(server.log)}`);
    if (Date.now() > deadline) throw new Error(`${server.name} was not ready in time:\n${endOf(server.log)}`);
    await pause();
  }
}

export function isRunning({ pid, since }) {
  return Math.abs(startedAt(pid) - since) <= CLOCK_STEP_MS_MAX;
}

/**
 * SIGTERM, and SIGKILL for who does not listen; what a server has started goes with it. Another process that got the same id
 * meanwhile is left alone.
 */
export async function stop(server) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    if (!isRunning(server)) return;
    process.kill(server.pid, signal);
    const deadline = Date.now() + STOP_MS_MAX;
    while (isRunning(server) && Date.now() < deadline) await pause();
    if (!isRunning(server)) killGroup(server.pid);
  }
  if (isRunning(server)) throw new Error(`${server.name} (process ${server.pid}) cannot be stopped`);
}

/** Each server leads a process group, whose id no other gets while one of it is left. */
function killGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** Servers of a set start at the same time, each with ports that it does not hold yet. */
const given = new Set();

/** A free port of 127.0.0.1, given to nobody else of this process; with `alsoFree`, one whose neighbour at that distance is free too. */
export async function freePort(alsoFree = 0) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = await claim(0);
    const wanted = alsoFree === 0 ? [port] : [port, port + alsoFree];
    if (wanted.some((one) => one >= 65_536 || given.has(one))) continue;
    if (alsoFree !== 0 && (await claim(port + alsoFree).catch(() => undefined)) === undefined) continue;
    for (const one of wanted) given.add(one);
    return port;
  }
  throw new Error('there is no free port');
}

function claim(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Epoch milliseconds, to the second; not a number when the process is gone or a zombie. */
function startedAt(pid) {
  const { stdout, status } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [state, ...started] = (stdout ?? '').trim().split(/\s+/);
  return status !== 0 || !state || state.startsWith('Z') ? Number.NaN : Date.parse(started.join(' '));
}

function endOf(log) {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}

function pause() {
  return new Promise((soon) => setTimeout(soon, 25));
}
