// The whole path, the model server in a process of its own; beside it what the same bytes cost at least.
//   npm run bench [-- --points 10000000] [-- --sources 1000] [-- --metrics 3]     embedded parts
//   npm run bench:live                                                           Redis at REDIS_URL, InfluxDB at INFLUX_URL
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDataFolder } from '../apps/local/live/data-folder';
import { type LivePath, openLivePath } from '../apps/local/live/live-path';
import { encodeRows } from '../shared/adapters/sagemaker/number-rows';
import { FEATURES } from '../shared/detection/model';
import type { DataPoint } from '../shared/domain/data-point';
import { toRecords } from '../shared/runtime/records';
import { cpuSince } from './live/process-cpu';
import { redisFloor } from './live/redis-floor';
import { countRoundTrips, type RoundTrips } from './live/round-trips';
import { openLiveServers } from './live/servers';

const { values: flags } = parseArgs({
  options: {
    points: { type: 'string', default: '400000' },
    sources: { type: 'string', default: '1000' },
    metrics: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
    live: { type: 'boolean', default: false },
  },
});
const POINTS = Number(flags.points);
const SOURCES = Number(flags.sources);
const METRICS = Number(flags.metrics);
const PACED_PER_SECOND = 1_000;
const PACED_SECONDS = Number(flags.seconds);
const CHUNK = 1_000;
const servers = flags.live ? await openLiveServers() : undefined;
const sent = countRoundTrips();
const modelServerScript = fileURLToPath(new URL('../apps/model-server/main.mjs', import.meta.url));
/** A source's points end by now, when they arrive: older than is allowed, they would not count as a sign of life. */
const begun = Math.floor(Date.now() / 60_000 - Math.max(POINTS, 100_000) / SOURCES) * 60_000;

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-bench-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  console.log(
    `${SOURCES} sources × ${METRICS} metrics, one data point a record, batch 1,000, 4 shards, ${flags.live ? 'Redis and InfluxDB' : 'embedded parts'}; producer, stream and handler in one process, node ${process.execArgv.join(' ') || 'as it is'}`,
  );
  await latency();
  const storedPerSecond = await throughput();
  await floor(storedPerSecond);
}

/** Full speed, bounded only by the stream's back-pressure. */
async function throughput(): Promise<number> {
  const start = performance.now();
  const live = await open('throughput', () => undefined);
  let firstAt: number | undefined;
  const rss: string[] = [];
  const cpu = cpuSince(
    new Map([['this process', process.pid], ['model server', live.modelServer.pid() ?? 0], ...(servers?.pids ?? [])]),
  );
  const sentBefore = { writes: new Map(sent.writes), requests: new Map(sent.requests) };
  const from = performance.now();
  for (let at = 0; at < POINTS; at += CHUNK) {
    await live.producer.put(chunkOf(at));
    if (firstAt === undefined && live.counts.points > 0) firstAt = performance.now();
    if (at % Math.max(CHUNK, Math.floor(POINTS / 10 / CHUNK) * CHUNK) === 0) rss.push(rssMb());
  }
  await live.mapping.caughtUp();
  const seconds = (performance.now() - from) / 1000;
  const { points, values, degraded } = live.counts;
  console.log(`\nfull speed: ${whole(points)} points, ${whole(values)} values in ${seconds.toFixed(1)} s`);
  console.log(
    `  ${whole(points / seconds)} points/s, ${whole(values / seconds)} values/s; ${whole(degraded)} degraded`,
  );
  console.log(`  start to first stored point: ${whole((firstAt ?? from) - start)} ms`);
  console.log(`  resident memory, MB: ${rss.join(' ')} ${rssMb()}`);
  stages(live, values);
  console.log('  processor time, µs a value (all processes together can use 1,000,000 a second and core):');
  for (const [name, spent] of cpu()) console.log(`    ${name.padEnd(13)} ${((1e6 * spent) / values).toFixed(1)}`);
  trips(live, sentBefore);
  await live.stop();
  return values / seconds;
}

/** A steady trickle; from acceptance (the log's answer) to the row's commit. */
async function latency(): Promise<void> {
  const acceptedAt = new Map<string, number>();
  const delays: number[] = [];
  const live = await open('latency', (rows) => {
    const now = performance.now();
    for (const { source, timestamp } of rows) {
      const key = `${source}/${timestamp}`;
      const accepted = acceptedAt.get(key);
      if (accepted !== undefined) delays.push(now - accepted);
      else storedFirst.add(key);
      acceptedAt.delete(key);
    }
  });
  const storedFirst = new Set<string>();
  const perTick = PACED_PER_SECOND / 50;
  let next = performance.now();
  for (let at = 0; at < PACED_PER_SECOND * PACED_SECONDS; at += perTick) {
    const points = chunkOf(at, perTick, 'paced');
    void live.producer.put(points).then(() => {
      const now = performance.now();
      for (const { source, timestamp } of points) {
        const key = `${source}/${timestamp}`;
        // The row may be there before the log's answer has come back to us.
        if (storedFirst.delete(key)) delays.push(0);
        else acceptedAt.set(key, now);
      }
    });
    next += 20;
    await pause(Math.max(0, next - performance.now()));
  }
  await live.mapping.caughtUp();
  await live.stop();
  delays.sort((a, b) => a - b);
  const quantile = (q: number) => delays[Math.min(delays.length - 1, Math.floor(q * delays.length))]!.toFixed(1);
  console.log(
    `\n${whole(PACED_PER_SECOND)} points/s for ${PACED_SECONDS} s, accepted to stored: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms (${whole(delays.length)} points)`,
  );
}

/** What no implementation can avoid: parsing the same bytes, posting the same vectors once. */
async function floor(valuesPerSecond: number): Promise<void> {
  const bodies = toRecords(chunkOf(0, 100_000), 1).map(({ data }) => data);
  let from = performance.now();
  for (const body of bodies) JSON.parse(Buffer.from(body).toString());
  const parse = (1000 * (performance.now() - from)) / bodies.length / METRICS;
  const live = await open('floor', () => undefined);
  const body = encodeRows(
    Array.from({ length: CHUNK }, (_, i) => FEATURES.map((_, j) => ((i * j * 37) % 10_000) / 1e4)),
  );
  const rounds = 100;
  from = performance.now();
  for (let i = 0; i < rounds; i++) {
    const answer = await fetch(`${live.modelServer.url}/invocations`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv' },
    });
    await answer.text();
  }
  const post = (1000 * (performance.now() - from)) / rounds / CHUNK;
  await live.stop();
  const states = servers && (await redisFloor(servers.redisUrl, CHUNK));
  const cache = states === undefined ? 0 : (1000 * states.batchMs) / CHUNK / METRICS;
  if (states)
    console.log(
      `\nRedis: ${whole(states.bytesASource)} bytes a source by its INFO, ${whole(states.payloadBytes)} of them names and values of fields`,
    );
  const ours = 1e6 / valuesPerSecond;
  console.log(
    `\nfloor, µs a value: JSON.parse ${parse.toFixed(2)} + HTTP post of the vectors ${post.toFixed(2)}${cache > 0 ? ` + states loaded and stored ${cache.toFixed(2)}` : ''} = ${(parse + post + cache).toFixed(2)}; ours ${ours.toFixed(1)} = ${(ours / (parse + post + cache)).toFixed(1)} × the floor`,
  );
}

function open(name: string, onRows: NonNullable<Parameters<typeof openLivePath>[0]['onRows']>): Promise<LivePath> {
  return openLivePath({
    folder: openDataFolder(path.join(folder, name)),
    modelServerScript,
    ...(servers === undefined ? {} : { redisUrl: servers.redisUrl, influx: servers.influx }),
    onRows,
    onProblem: (what, error) => console.log(`${what}: ${String(error)}`),
  });
}

function stages({ stageMs }: LivePath, values: number): void {
  const total = [...stageMs.values()].reduce((a, b) => a + b, 0);
  console.log('  waiting and working by stage (batches of four shards overlap):');
  for (const [stage, ms] of stageMs)
    console.log(
      `    ${stage.padEnd(9)} ${((1000 * ms) / values).toFixed(2).padStart(7)} µs a value ${((100 * ms) / total).toFixed(0).padStart(4)} %`,
    );
}

/** Round trips to each server by batch, as this process sent them. */
function trips({ modelServer, batches }: LivePath, before: RoundTrips): void {
  const since = (counter: keyof RoundTrips, url: string) => {
    const port = Number(new URL(url).port);
    const count = (sent[counter].get(port) ?? 0) - (before[counter].get(port) ?? 0);
    return (count / batches()).toFixed(2);
  };
  const each = [`model server ${since('requests', modelServer.url)}`];
  if (servers) {
    each.push(`Redis ${since('writes', servers.redisUrl)}`, `InfluxDB ${since('requests', servers.influx.url)}`);
  }
  console.log(`  round trips a batch (${whole(batches())} batches): ${each.join(', ')}`);
}

/** Points round-robin over the sources, a minute apart: a daily rhythm and noise, from the index alone. */
function chunkOf(from: number, count = CHUNK, name = 'source'): DataPoint[] {
  return Array.from(
    { length: Math.min(count, Math.max(POINTS, PACED_PER_SECOND * PACED_SECONDS, 100_000) - from) },
    (_, i) => {
      const index = from + i;
      const source = index % SOURCES;
      const step = Math.floor(index / SOURCES);
      const metrics: Record<string, number> = {};
      for (let metric = 0; metric < METRICS; metric++) {
        const noise = Math.sin(index * 12.9898 + metric * 78.233) * 43758.5453;
        metrics[`metric-${metric}`] =
          Math.round(100 * (50 + 20 * Math.sin((step * Math.PI) / 720) + (noise - Math.floor(noise)) * 5)) / 100;
      }
      return { source: `${name}-${source}`, timestamp: begun + step * 60_000, metrics, tags: {} };
    },
  );
}

function rssMb(): string {
  return (process.memoryUsage.rss() / 1_048_576).toFixed(0);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
