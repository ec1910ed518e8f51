// A point put into the stream is treated as if nothing had ever failed: the same stream is read three times, in peace, under
// seeded faults, and while the cache loses memories, with the real Redis, InfluxDB and model server; what remains is compared.
//   npm run test:faults [-- --faults 1000 --seed 1 --points 200000 --sources 200 --batch 250]
//   --faults 0: the cache's losses alone
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModelServerProcess } from '../../apps/local/live/model-server-process';
import { type FaultyProxy, type RequestFault, startFaultyProxy } from './faulty-proxy';
import { CONSUMERS, feed } from './feed';
import { judgeLosses, LOOK_UP_KILLS, LOSSES } from './losses';
import { choose, readPlan, seeded } from './plan';
import { type RedisProcess, restartNowAndThen, startRedis } from './redis-process';
import { compareSilence } from './silence';
import type { SilenceTask } from './silence-worker';
import { type Remains, whatRemains } from './what-remains';
import type { WorkerTask } from './worker';

const plan = readPlan(process.argv.slice(2));
const influx = new URL(required('INFLUX_URL'));
const bundles = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-faults-'));
const counted = new Map<string, number>();
let children: ChildProcess[] = [];

try {
  process.exitCode = (await compare()) ? 0 : 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<boolean> {
  const fed = await feed(path.join(folder, 'log'), plan);
  console.log(
    `${fed.points} points of ${plan.sources} sources and ${fed.poison} poison records, in batches of ${plan.batchSize}, seed ${plan.seed}`,
  );
  const model = await startModelServerProcess(path.join(bundles, '../../apps/model-server/main.mjs'), () => undefined);
  const redis = await startRedis(folder);
  try {
    const cleanPlaces = await places('clean', redis.url, 0);
    const begun = performance.now();
    await live('worker', { ...taskFor('clean', cleanPlaces), env: environment(cleanPlaces, model.url) });
    const clean = await whatRemains(cleanPlaces);
    console.log(
      `without faults: ${seconds(begun)}, ${clean.rows.size} rows, ${clean.events.size} anomaly events, ${clean.quarantined.size} quarantined`,
    );
    const isAsInPeace = plan.faults === 0 || (await compareFaulty(clean, redis, model.url, fed.points));
    const isRemembered = await loseMemories(clean, redis.url, model.url);
    return (await killTheWatch(redis.url, model.url)) && isRemembered && isAsInPeace;
  } finally {
    await redis.stop();
    await model.stop();
  }
}

async function compareFaulty(clean: Remains, redis: RedisProcess, modelUrl: string, points: number): Promise<boolean> {
  const at = await places('faulty', redis.url, 1);
  const begun = performance.now();
  await sufferFaults(at, modelUrl, redis);
  const faulty = await whatRemains(at);
  console.log(`with faults: ${seconds(begun)}`);
  return conclude(checksOf(clean, faulty, points));
}

interface Places {
  readonly redis: string;
  readonly influx: string;
  readonly folder: string;
}

async function places(name: string, redisUrl: string, database: number): Promise<Places> {
  const db = `faults_${process.pid}_${name}`;
  const create = new URL('/query', influx.origin);
  await fetch(create, { method: 'POST', body: new URLSearchParams({ q: `CREATE DATABASE ${db}` }) });
  mkdirSync(path.join(folder, name));
  return { redis: `${redisUrl}/${database}`, influx: `${influx.origin}/?db=${db}`, folder: path.join(folder, name) };
}

function taskFor(consumer: keyof typeof CONSUMERS, at: Places): Omit<WorkerTask, 'env'> {
  return {
    log: path.join(folder, 'log'),
    consumer: CONSUMERS[consumer],
    folder: at.folder,
    batchSize: plan.batchSize,
    splitAt: plan.points / 8,
  };
}

function environment(at: Places, model: string, influxUrl = at.influx): Record<string, string> {
  return {
    REDIS_URL: at.redis,
    INFLUX_URL: influxUrl,
    QUARANTINE_FOLDER: path.join(at.folder, 'quarantine'),
    ENDPOINT_NAME: 'faults',
    SAGEMAKER_URL: model,
    // Other work on the machine is no fault: a model that answers late is one of those that are injected.
    SCORE_TIMEOUT_MS: '20000',
  };
}

/** Lives of the worker while its cache loses memories. */
async function loseMemories(clean: Remains, redisUrl: string, modelUrl: string): Promise<boolean> {
  const begun = performance.now();
  const at = await places('lossy', redisUrl, 2);
  // Other work on the machine must not decide what is filled again.
  const env = { ...environment(at, modelUrl), WARMING_MS: '60000' };
  const task = { ...taskFor('lossy', at), env, mishaps: LOSSES, kills: LOOK_UP_KILLS };
  while (!existsSync(path.join(at.folder, 'finished'))) await live('worker', task);
  console.log(`\nwith a cache that loses memories: ${seconds(begun)}`);
  const killed = faultsIn(at).join(', ');
  return conclude([
    ...judgeLosses(clean, await whatRemains(at), plan.sources),
    [`cache losses: killed in the look-up too: ${killed}`, killed === LOOK_UP_KILLS.join(', ')],
  ]);
}

async function killTheWatch(redisUrl: string, modelUrl: string): Promise<boolean> {
  const checks = await compareSilence({
    clean: await places('silence_clean', redisUrl, 3),
    faulty: await places('silence_faulty', redisUrl, 4),
    environment: (at) => environment(at, modelUrl),
    live: (task) => live('silence-worker', task),
  });
  return conclude(checks);
}

/** Lives of the worker, one after the other, until one comes to the end; Redis dies in between too. */
async function sufferFaults(at: Places, modelUrl: string, redis: RedisProcess): Promise<void> {
  const random = seeded(plan.seed + 1);
  const endpoint = await startFaultyProxy(modelUrl, () => endpointFault(random));
  const store = await startFaultyProxy(influx.origin, (url, lines) =>
    url.startsWith('/write') ? storeFault(random, lines) : undefined,
  );
  const restarts = restartNowAndThen(redis, () => count('redis: killed and started again'));
  try {
    const environmentInPeace = environment(at, endpoint.url, `${store.url}/${new URL(at.influx).search}`);
    const env = { ...environmentInPeace, SCORE_TIMEOUT_MS: '300' };
    // At least six calls a batch; the rest of the faults come from the proxies and from Redis.
    const batches = plan.points / plan.batchSize;
    const share = Math.min(0.3, plan.faults / (6 * batches));
    for (let life = 0; !existsSync(path.join(at.folder, 'finished')); life++) {
      if (life > 20 * plan.faults) throw new Error('the worker never comes to an end');
      await live('worker', { ...taskFor('faulty', at), env, faults: { seed: plan.seed * 1_000 + life, share } });
    }
  } finally {
    await restarts.stop();
    await Promise.all([endpoint, store].map((proxy: FaultyProxy) => proxy.close()));
  }
  for (const kind of faultsIn(at)) count(kind);
}

/** Faults that its workers noted, in turn. */
function faultsIn(at: Places): string[] {
  const lines = readFileSync(path.join(at.folder, 'faults.ndjson'), 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
}

function endpointFault(random: () => number): RequestFault | undefined {
  if (random() > 0.12) return undefined;
  return drawn('endpoint', random, [
    [3, 'error 500', { kind: 'answer', status: 500, body: '{"message":"down"}', errorType: 'InternalFailure' }],
    [3, 'throttle', { kind: 'answer', status: 429, body: '{"message":"slow down"}', errorType: 'ThrottlingException' }],
    [1, 'hang', { kind: 'hang' }],
    [2, 'answer lost', { kind: 'lose-answer' }],
    [2, 'row missing', { kind: 'garble', garble: (body) => body.trimEnd().split('\n').slice(1).join('\n') }],
    [2, 'not numbers', { kind: 'garble', garble: () => 'NaN,high\n' }],
    [2, 'slow', { kind: 'delay', ms: 50 }],
  ]);
}

function storeFault(random: () => number, lines: () => readonly string[]): RequestFault | undefined {
  if (random() > 0.1) return undefined;
  return drawn('store', random, [
    [3, 'error 503', { kind: 'answer', status: 503, body: '{"error":"busy"}' }],
    [3, 'answer lost', { kind: 'lose-answer' }],
    [1, 'hang', { kind: 'hang' }],
    [3, 'slow', { kind: 'delay', ms: 50 }],
    ...(lines().length > 1 ? [[3, 'partial write', PARTIAL_WRITE] as const] : []),
  ]);
}

const PARTIAL_WRITE: RequestFault = {
  ...{ kind: 'drop-line', status: 400 },
  body: JSON.stringify({ error: 'partial write: failed on purpose dropped=1' }),
};

function drawn(
  part: string,
  random: () => number,
  faults: readonly (readonly [number, string, RequestFault])[],
): RequestFault {
  const [name, fault] = choose(
    random,
    faults.map(([weight, kind, how]) => [weight, [kind, how]] as const),
  );
  count(`${part}: ${name}`);
  return fault;
}

/** One life. Resolves when the worker ends, by itself or killed. */
async function live(program: 'worker' | 'silence-worker', task: WorkerTask | SilenceTask): Promise<void> {
  const child = spawn(process.execPath, [path.join(bundles, `${program}.mjs`), JSON.stringify(task)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children = [child];
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the worker ended with ${signal ?? code}`);
}

/** Each with whether it holds. */
function checksOf(clean: Remains, faulty: Remains, points: number): (readonly [string, boolean])[] {
  const total = [...counted.values()].reduce((a, b) => a + b, 0);
  console.log(`\n${total} faults:`);
  for (const [kind, times] of [...counted].sort()) console.log(`  ${String(times).padStart(5)} ${kind}`);
  console.log(`${faulty.degraded} rows degraded, ${faulty.publishedAgain} events published again\n`);
  const lost =
    missingFrom(clean.rows, faulty.rows) +
    missingFrom(clean.events, faulty.events) +
    [...clean.published].filter((id) => !faulty.published.has(id)).length +
    [...clean.quarantined].filter((id) => !faulty.quarantined.has(id)).length;
  const doubled =
    faulty.rowsStored -
    clean.rowsStored +
    missingFrom(faulty.events, clean.events) +
    [...faulty.quarantined].filter((id) => !clean.quarantined.has(id)).length;
  return [
    [`lost ${lost}`, lost === 0],
    [`doubled ${doubled}`, doubled === 0],
    asInPeace('rows as without faults', clean.rows, faulty.rows),
    asInPeace('anomaly events as without faults', clean.events, faulty.events),
    asInPeace('states as without faults, byte for byte', clean.states, faulty.states),
    [
      `accepted points that were neither stored nor quarantined: ${points - pointsStored(faulty)}`,
      pointsStored(faulty) === points,
    ],
    [`faults injected: ${total} of at least ${plan.faults}`, total >= plan.faults],
  ];
}

function conclude(checks: readonly (readonly [what: string, holds: boolean])[]): boolean {
  for (const [what, holds] of checks) console.log(`${holds ? 'holds ' : 'BROKEN'} ${what}`);
  console.log(
    `${checks.filter(([, holds]) => holds).length} passed, ${checks.filter(([, holds]) => !holds).length} failed`,
  );
  return checks.every(([, holds]) => holds);
}

/** Distinct sources and times among the rows. */
function pointsStored({ rows }: Remains): number {
  return new Set([...rows.keys()].map((key) => key.replace(/"metric":"[^"]*",?/, ''))).size;
}

function missingFrom(expected: ReadonlyMap<string, string>, actual: ReadonlyMap<string, string>): number {
  return [...expected.keys()].filter((key) => !actual.has(key)).length;
}

/** Whether all is the same; says what differs first. */
function asInPeace(
  what: string,
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): readonly [string, boolean] {
  const different = [...new Set([...expected.keys(), ...actual.keys()])].filter(
    (key) => expected.get(key) !== actual.get(key),
  );
  for (const key of different.slice(0, 1))
    console.log(`differs: ${key}: ${expected.get(key)} without faults, ${actual.get(key)} with them`);
  return [`${what}: ${different.length} of ${expected.size} differ`, different.length === 0];
}

function count(kind: string): void {
  counted.set(kind, (counted.get(kind) ?? 0) + 1);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0)} s`;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; npm run test:faults brings the servers`);
  return value;
}
