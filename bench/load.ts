// Points posted to `tidewatch start --http` at a steady rate, as users post them: is any lost, does memory stay, how long does an
// answer take? The program is the user's own, in a process of its own, with its data in a new folder.
//   npm run bench:load [-- --minutes 10] [-- --rate 2000] [-- --sources 500] [-- --metrics 3]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { printTable } from './print-table';

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '2000' },
    sources: { type: 'string', default: '500' },
    metrics: { type: 'string', default: '3' },
  },
});
const RATE = Number(flags.rate);
const SOURCES = Number(flags.sources);
const METRICS = Number(flags.metrics);
const SECONDS = 60 * Number(flags.minutes);
/** Posts a second: each holds as many points as that makes. */
const POSTS_PER_SECOND = 20;
const POINTS_A_POST = Math.round(RATE / POSTS_PER_SECOND);
/** Memory of the last third may exceed that of the third before by so much: what grows with time grows more … */
const GROWTH_MAX = 1.1;
/** … in runs that are long enough for memory to settle. */
const JUDGED_MINUTES_MIN = 5;

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-load-'));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const program = start();
  const url = await program.url;
  const answersMs: number[] = [];
  const memoryMb: number[] = [];
  let accepted = 0;
  let refused = 0;
  const posts: Promise<void>[] = [];
  const begun = performance.now();
  const startedAt = Date.now();
  for (let post = 0; post < SECONDS * POSTS_PER_SECOND; post++) {
    await pause(Math.max(0, begun + (1_000 * post) / POSTS_PER_SECOND - performance.now()));
    const from = performance.now();
    posts.push(
      send(url, bodyOf(post, startedAt)).then((ok) => {
        answersMs.push(performance.now() - from);
        if (ok) accepted += POINTS_A_POST;
        else refused += POINTS_A_POST;
      }),
    );
    if (post % (10 * POSTS_PER_SECOND) === 0) memoryMb.push(residentMb(program.pid));
  }
  await Promise.all(posts);
  const seconds = (performance.now() - begun) / 1_000;
  const stopping = performance.now();
  await program.stop();
  const waitedMs = performance.now() - stopping;
  const stored = await countStored();
  return report({ accepted, refused, seconds, stored, waitedMs, answersMs, memoryMb });
}

interface Measured {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  readonly stored: { readonly points: number; readonly values: number };
  readonly waitedMs: number;
  readonly answersMs: number[];
  readonly memoryMb: readonly number[];
}

function report({ accepted, refused, seconds, stored, waitedMs, answersMs, memoryMb }: Measured): boolean {
  answersMs.sort((a, b) => a - b);
  const quantile = (q: number) =>
    `${answersMs[Math.min(answersMs.length - 1, Math.floor(q * answersMs.length))]!.toFixed(1)} ms`;
  const third = Math.floor(memoryMb.length / 3);
  const growth = mean(memoryMb.slice(-third)) / mean(memoryMb.slice(third, -third));
  const lost = accepted - stored.points;
  const isLong = seconds >= 60 * JUDGED_MINUTES_MIN;
  printTable(
    [`${SOURCES} sources × ${METRICS} metrics, ${POINTS_A_POST} points a post`, ''],
    [
      ['points a second', (accepted / seconds).toFixed(0)],
      ['accepted', accepted.toLocaleString('en-US')],
      ['refused (the client would try again)', refused.toLocaleString('en-US')],
      ['stored', stored.points.toLocaleString('en-US')],
      ['lost', lost.toLocaleString('en-US')],
      ['values doubled', (stored.values - stored.points * METRICS).toLocaleString('en-US')],
      ['answer (on disk), median', quantile(0.5)],
      ['answer, p99', quantile(0.99)],
      ['answer, longest', quantile(1)],
      ['from the last answer to the end of the program', `${waitedMs.toFixed(0)} ms`],
      ['resident memory each tenth of the run, MB', tenths(memoryMb).join(' ')],
      ['memory of the last third against the third before', `${growth.toFixed(2)} times`],
    ],
  );
  const problems = [
    ...(lost === 0 ? [] : [`${lost} points are lost`]),
    ...(stored.values === stored.points * METRICS ? [] : ['values are missing or doubled']),
    ...(isLong && growth > GROWTH_MAX ? [`memory grows: ${growth.toFixed(2)} times`] : []),
  ];
  console.log(
    problems.length === 0
      ? `\nnothing lost, nothing doubled${isLong ? ', memory flat' : ''}`
      : `\n${problems.join('; ')}`,
  );
  return problems.length === 0;
}

/** The command line as users start it. */
function start() {
  const script = fileURLToPath(new URL('../../bin/tidewatch.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, 'start', '--http', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1', REDIS_URL: '', INFLUX_URL: '' },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const url = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /(http:\/\/127\.0\.0\.1:\d+\/points)/.exec(line);
      if (found) resolve(found[1]!);
    });
    child.once('exit', (code) => reject(new Error(`tidewatch start ended with code ${code}`)));
  });
  return {
    url,
    pid: child.pid!,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Was it taken? A refusal says so; anything else is a fault of the run. */
async function send(url: string, body: string): Promise<boolean> {
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  await answer.text();
  if (answer.status === 202) return true;
  if (answer.status === 429 || answer.status === 503) return false;
  throw new Error(`POST /points is answered ${answer.status}`);
}

/** Sources in turn, each a daily rhythm with noise, times that go on with the clock. */
function bodyOf(post: number, startedAt: number): string {
  const points = Array.from({ length: POINTS_A_POST }, (_, i) => {
    const index = post * POINTS_A_POST + i;
    const timestamp = startedAt + Math.floor((1_000 * index) / RATE);
    const metrics: Record<string, number> = {};
    for (let metric = 0; metric < METRICS; metric++) {
      const noise = Math.sin(index * 12.9898 + metric * 78.233) * 43758.5453;
      metrics[`metric-${metric}`] =
        Math.round(100 * (50 + 20 * Math.sin(timestamp / 13_751_000) + 5 * (noise - Math.floor(noise)))) / 100;
    }
    return { source: `source-${index % SOURCES}`, timestamp, metrics };
  });
  return JSON.stringify(points);
}

/** Of the program and what it has started, as the kernel counts it. */
function residentMb(pid: number): number {
  const kilobytes = [pid, ...childrenOf(pid)].map((one) => {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'));
    return Number(found?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1_024;
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

async function countStored(): Promise<{ points: number; values: number }> {
  const instance = await DuckDBInstance.create(path.join(folder, 'store.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    'SELECT count(DISTINCT (source, timestamp)) AS points, count(*) AS stored FROM points',
  );
  const [row] = reader.getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return { points: Number(row!['points']), values: Number(row!['stored']) };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function tenths(numbers: readonly number[]): string[] {
  const step = Math.max(1, Math.floor(numbers.length / 10));
  return numbers.filter((_, at) => at % step === 0).map((one) => one.toFixed(0));
}
