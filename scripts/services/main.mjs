// Real servers on this machine, without Docker, for development and tests, each on a free port of 127.0.0.1 with nothing
// kept: Redis, a Redis Cluster of three nodes, InfluxDB 1.x, an AWS emulator, MLflow. What is missing is installed (Debian, PyPI).
//   npm run services -- start          start and print where they are; `eval "$(npm run -s services -- start)"`
//   npm run services -- status | stop
//   npm run services -- run [--only redis,influxdb] COMMAND …  start a set of its own, run the command with the variables set,
//                                      stop the set; the servers are redis, redis-cluster, influxdb, aws and mlflow
// A server whose variable is set already (REDIS_URL, REDIS_CLUSTER_URL, INFLUX_URL, AWS_ENDPOINT_URL, MLFLOW_TRACKING_URI) is
// not started.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRunning, known } from './processes.mjs';
import { SERVERS } from './servers.mjs';
import { addToSet, readSet, startSet, stopSet } from './set.mjs';

const HOME = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.tidewatch', 'services');
const SET = join(HOME, 'set');
const PACKAGES = join(HOME, 'packages');
/** What a command has after a first Ctrl-C. */
const END_MS_MAX = 10_000;

const [action, ...args] = process.argv.slice(2);
try {
  if (action === 'start') await start();
  else if (action === 'stop') console.error(`services: ${await stopSet(SET)} processes stopped`);
  else if (action === 'status') process.exitCode = status();
  else if (action === 'run' && args[0] === '--only' && args.length > 2) {
    process.exitCode = await run(args.slice(2), namesOf(args[1]));
  } else if (action === 'run' && args.length > 0) process.exitCode = await run(args);
  else if (action === 'sweep' && args.length === 1) await sweep(args[0]);
  else {
    console.error('Usage: npm run services -- start | stop | status | run [--only NAME,…] COMMAND [ARGUMENT …]');
    process.exitCode = 2;
  }
} catch (error) {
  console.error(`services: ${error.message}`);
  process.exitCode = 1;
}

async function start() {
  const { processes, variables } = readSet(SET);
  const isWhole = processes.length > 0 && processes.every(isRunning);
  if (!isWhole) await stopSet(SET);
  const lines = exportLines(isWhole ? variables : await startSet(SET, PACKAGES));
  writeFileSync(join(SET, 'env'), lines);
  process.stdout.write(lines);
}

function status() {
  const { processes, variables } = readSet(SET);
  for (const server of processes) {
    console.log(`${server.name.padEnd(16)} ${isRunning(server) ? `running, process ${server.pid}` : 'not running'}`);
  }
  process.stdout.write(exportLines(variables));
  const isWhole = processes.length > 0 && processes.every(isRunning);
  if (!isWhole) console.error('services: not running; npm run services -- start');
  return isWhole ? 0 : 1;
}

function namesOf(list) {
  const names = list.split(',');
  const unknown = names.find((name) => !SERVERS.some((server) => server.name === name));
  if (unknown === undefined) return names;
  throw new Error(`there is no server ${unknown}: ${SERVERS.map(({ name }) => name).join(', ')}`);
}

async function run([command, ...commandArgs], only) {
  // Outside of the clone: a function that the emulator runs finds there only what its bundle holds, as on AWS.
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-services-'));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort(new Error(signal)));
  const watch = watcher(folder);
  try {
    const variables = await startSet(folder, PACKAGES, { signal: interrupted.signal, only });
    return await ended(folder, command, commandArgs, variables, interrupted.signal);
  } finally {
    await stopSet(folder);
    watch.kill('SIGKILL');
  }
}

/** Exit code of the command. Once interrupted, it is asked to end, and after a while ended. */
function ended(folder, command, commandArgs, variables, interrupted) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, { stdio: 'inherit', env: { ...process.env, ...variables } });
    // Should this program be killed, the command has no servers and ends too.
    if (child.pid !== undefined) addToSet(folder, known('command', child.pid));
    let last;
    const end = () => {
      child.kill('SIGTERM');
      last = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    };
    if (interrupted.aborted) end();
    interrupted.addEventListener('abort', end);
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('exit', (code, signal) => {
      clearTimeout(last);
      if (signal !== null) console.error(`services: ${command} was ended by ${signal}`);
      resolve(code ?? 1);
    });
  });
}

/** Stops the set should this program be killed: a process of its own that waits for the end of a pipe. */
function watcher(folder) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'sweep', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  child.stdin.unref?.();
  return child;
}

async function sweep(folder) {
  await new Promise((closed) => process.stdin.resume().once('close', closed));
  if (existsSync(folder)) await stopSet(folder);
}

function exportLines(variables) {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');
}
