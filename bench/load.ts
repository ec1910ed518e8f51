// Points posted to `tidewatch start --http` at a steady rate, as users post them: is any lost, does memory stay, how long does an
// answer take? The program is the user's own, in a process of its own, with its data in a new folder. Needs Linux, whose /proc tells
// memory. Ends with code 1 if a promise is broken: a point lost or doubled, answers that are too slow, memory that grows.
//   npm run bench:load [-- --seconds 600] [-- --rate 2000] [-- --sources 500] [-- --metrics 3] [-- --answer-ms 2000]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { growthOf, heldRise, isSettled, judgeLoad, type LoadRun, quantile, riseMax } from './load/judge-load';
import { type Memory, startProgram } from './load/started-program';
import { printTable } from './print-table';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    rate: { type: 'string', default: '2000' },
    sources: { type: 'string', default: '500' },
    metrics: { type: 'string', default: '3' },
    'answer-ms': { type: 'string', default: '2000' },
  },
});
const SECONDS = Number(flags.seconds);
const RATE = Number(flags.rate);
const SOURCES = Number(flags.sources);
const METRICS = Number(flags.metrics);
const ANSWER_MS = Number(flags['answer-ms']);
/** Of the looks at memory, as many as fit into a line; the last is among them. */
const LOOKS_SHOWN = 16;
/** Posts a second: each holds as many points as that makes. */
const POSTS_PER_SECOND = 20;
const POSTS = SECONDS * POSTS_PER_SECOND;
const POINTS_A_POST = Math.round(RATE / POSTS_PER_SECOND);
/** A program that was stopped with records in its log has so long to process them when it is started again, and as often. */
const CATCHING_UP = { ms: 5_000, starts: 20 } as const;
/** So often memory is looked at, at equal distances: each look has the program collect, which takes it some 50 ms. */
const LOOKS = 45;

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-load-'));
try {
  process.exitCode = report(await run()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface FullRun extends LoadRun {
  readonly stoppedMs: number;
  /** Until what had waited in the log was stored. */
  readonly startsMore: number;
}

async function run(): Promise<FullRun> {
  const program = startProgram(folder);
  const url = await program.url;
  const answersMs: number[] = [];
  const memory: Promise<Memory>[] = [];
  let accepted = 0;
  let refused = 0;
  const posts: Promise<void>[] = [];
  const begun = performance.now();
  const startedAt = Date.now();
  for (let post = 0; post < POSTS; post++) {
    await pause(Math.max(0, begun + (1_000 * post) / POSTS_PER_SECOND - performance.now()));
    const from = performance.now();
    posts.push(
      send(url, bodyOf(post, startedAt)).then((ok) => {
        answersMs.push(performance.now() - from);
        if (ok) accepted += POINTS_A_POST;
        else refused += POINTS_A_POST;
      }),
    );
    if ((post + 1) % Math.floor(POSTS / LOOKS) === 0) memory.push(program.memory());
  }
  await Promise.all(posts);
  const seconds = (performance.now() - begun) / 1_000;
  const looked = await Promise.all(memory);
  const stopping = performance.now();
  const left = await program.stop();
  const stoppedMs = performance.now() - stopping;
  const startsMore = left === 'all-stored' ? 0 : await catchUp();
  answersMs.sort((a, b) => a - b);
  const stored = await countStored();
  const counts = { seconds, rate: RATE, accepted, refused, stored, metrics: METRICS };
  return { ...counts, answersMs, memory: looked, stoppedMs, startsMore };
}

/** Starts the program on what waits in its log until nothing does. @returns how often */
async function catchUp(): Promise<number> {
  for (let starts = 1; starts <= CATCHING_UP.starts; starts++) {
    const program = startProgram(folder);
    await program.url;
    await pause(CATCHING_UP.ms);
    if ((await program.stop()) === 'all-stored') return starts;
  }
  throw new Error(`after ${CATCHING_UP.starts} starts more there are still records in the log`);
}

function report({ stoppedMs, startsMore, ...load }: FullRun): boolean {
  const { accepted, refused, seconds, stored, answersMs, memory } = load;
  const answer = (q: number) => `${quantile(answersMs, q).toFixed(1)} ms`;
  const every = Math.ceil(memory.length / LOOKS_SHOWN);
  const shown = memory.filter((_, at) => (memory.length - 1 - at) % every === 0);
  const each = (of: (one: Memory) => number) => shown.map((one) => of(one).toFixed(0)).join(' ');
  printTable(
    [`${SOURCES} sources × ${METRICS} metrics, ${POINTS_A_POST} points a post`, ''],
    [
      ['points a second', (accepted / seconds).toFixed(0)],
      ['accepted', accepted.toLocaleString('en-US')],
      ['refused (the client would try again)', refused.toLocaleString('en-US')],
      ['stored', stored.points.toLocaleString('en-US')],
      ['lost', (accepted - stored.points).toLocaleString('en-US')],
      ['values doubled', (stored.values - stored.points * METRICS).toLocaleString('en-US')],
      ['answer (on disk), median', answer(0.5)],
      ['answer, p99', answer(0.99)],
      ['answer, longest', answer(1)],
      ['from the last answer to the end of the program', `${stoppedMs.toFixed(0)} ms`],
      ['starts more until nothing waited in the log', String(startsMore)],
      ['resident, MB', each(({ resident }) => resident)],
      ['… without pages of files, MB', each(({ anonymous }) => anonymous)],
      ['… what JavaScript holds, MB', each(({ held }) => held)],
      ['last third against the third before, without pages of files', `${growthOf(load).toFixed(2)} times`],
      ['what JavaScript holds rises over the later two thirds by', `${heldRise(load).toFixed(0)} bytes a point`],
    ],
  );
  const problems = judgeLoad(load, { answerMs: ANSWER_MS });
  console.log(
    problems.length === 0
      ? `\nkept: nothing lost, nothing doubled, answers within ${ANSWER_MS} ms, ${memoryWords(load)}`
      : `\nBROKEN: ${problems.join('; ')}`,
  );
  return problems.length === 0;
}

function memoryWords(load: LoadRun): string {
  const held = `JavaScript holds at most ${riseMax(load)} bytes more a point`;
  return isSettled(load) ? `memory flat (${held})` : `${held}; too short a run to call memory flat`;
}

/**
 * Was it taken? A refusal says so, and so does a connection that is closed at once: the program takes a bounded number of them.
 * Anything else is a fault of the run.
 */
async function send(url: string, body: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    await answer.text();
    if (answer.status === 202) return true;
    if (answer.status === 429 || answer.status === 503) return false;
    throw new Error(`POST /points is answered ${answer.status}`);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === 'ECONNRESET') return false;
    throw error;
  }
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
