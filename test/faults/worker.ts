// One life of the deployed work: reads its consumer of the log to the end, with faults injected, or dies of one.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KinesisStreamEvent } from 'aws-lambda';
import { PartitionedLog } from '../../apps/local/stream/log/partitioned-log';
import { EventSourceMapping } from '../../apps/local/stream/mapping/event-source-mapping';
import { buildServices } from '../../lambdas/detect-anomalies/create-handler';
import { detectAnomalies } from '../../lambdas/detect-anomalies/detect-anomalies';
import { LocalConfigSchema } from '../../lambdas/detect-anomalies/local-config';
import type { Services } from '../../lambdas/detect-anomalies/services';
import { influxTarget } from '../../shared/adapters/influx/influx-options';
import { createInfluxStore } from '../../shared/adapters/influx/influx-store';
import { TransientFault } from '../../shared/detection/ports';
import { parseConfig } from '../../shared/runtime/config';
import { kinesisHandler } from '../../shared/runtime/kinesis';
import { type Mishap, openMishaps } from './mishaps';
import { choose, SHARDS, seeded } from './plan';

export interface WorkerTask {
  readonly log: string;
  readonly consumer: string;
  readonly folder: string;
  readonly batchSize: number;
  /** Sequence number in each shard after which its children go on. */
  readonly splitAt: number;
  readonly env: Readonly<Record<string, string>>;
  /** Absent: no faults. */
  readonly faults?: { readonly seed: number; readonly share: number };
  /** What befalls the cache. */
  readonly mishaps?: readonly Mishap[];
  /** The end of one life each, in turn, after the cache has lost everything. */
  readonly kills?: readonly string[];
}

const task = JSON.parse(process.argv[2]!) as WorkerTask;
const random = seeded(task.faults?.seed ?? 0);
const faultsFile = path.join(task.folder, 'faults.ndjson');
const knownFile = path.join(task.folder, 'known');
/** Shards of the log that have gone beyond the first point of each source. */
const met = new Set<string>();
const killsDone = existsSync(faultsFile) ? readFileSync(faultsFile, 'utf8').trim().split('\n').length : 0;
const mishaps = task.mishaps && openMishaps(task.mishaps, SHARDS, task.env['REDIS_URL']!, task.folder);
await run();

async function run(): Promise<void> {
  const { services, close } = await buildServices(parseConfig(LocalConfigSchema, { ...task.env }), {
    store: createInfluxStore({
      target: influxTarget('INFLUX_URL', task.env['INFLUX_URL']!),
      // Hanging requests are among the faults, and end soon; without them a slow machine is no fault.
      ...(task.faults === undefined ? {} : { timeoutMs: 3_000, attemptTimeoutMs: 500 }),
    }),
    topic: {
      publish: async (events) =>
        appendFileSync(path.join(task.folder, 'published.txt'), events.map(({ id }) => `${id}\n`).join('')),
    },
    observe: {
      clock: () => performance.now(),
      began: () => undefined,
      stage: () => undefined,
      batch: () => undefined,
      published: () => undefined,
      circuit: () => undefined,
      problem: () => undefined,
    },
  });
  const faulty = task.faults === undefined ? withKills(services) : withFaults(services);
  const handler = kinesisHandler(async () => faulty, detectAnomalies);
  const log = await PartitionedLog.open(task.log);
  const deliver = async (event: KinesisStreamEvent) => {
    const [shard, sequence] = placeOf(event);
    await mishaps?.before(shard, sequence / log.lastSequence(shard));
    return delivered(handler, resharded(event));
  };
  const mapping = await EventSourceMapping.open(log, deliver, {
    name: task.consumer,
    settings: {
      batchSize: task.batchSize,
      // Waiting for other shards to meet a mishap is no fault.
      handlerTimeoutMs: task.mishaps === undefined ? 20_000 : 120_000,
      maximumRetryAttempts: -1,
      retryDelayMs: 5,
      retryDelayMsMax: 50,
      bisectBatchOnFunctionError: false,
    },
  });
  mapping.start();
  await mapping.caughtUp();
  await mapping.stop();
  await log.close();
  await services.store.close();
  await close();
  mishaps?.close();
  writeFileSync(path.join(task.folder, 'finished'), '');
}

/** Index of the shard, and the number of the batch's last record. */
function placeOf({ Records }: KinesisStreamEvent): readonly [shard: number, sequence: number] {
  const [shardId, sequence] = Records[Records.length - 1]!.eventID.split(':');
  return [Number(shardId!.slice('shardId-'.length)), Number(sequence)];
}

/** Half-way through the stream its shards are split: what follows comes from their children. The same in both runs. */
function resharded(event: KinesisStreamEvent): KinesisStreamEvent {
  return {
    Records: event.Records.map((record) => {
      const isChild = Number(record.kinesis.sequenceNumber) > task.splitAt;
      return isChild ? { ...record, eventID: record.eventID.replace('shardId-0', 'shardId-1') } : record;
    }),
  };
}

/** What Kinesis may do: deliver twice, an older batch once more, or the same to two invocations at once. */
async function delivered(handler: ReturnType<typeof kinesisHandler>, event: KinesisStreamEvent) {
  meet(event);
  if (task.faults === undefined) return handler(event);
  const how = choose(random, [
    [94, 'once'],
    [2, 'twice'],
    [2, 'concurrently'],
    [2, 'an older batch first'],
  ] as const);
  if (how !== 'once') note(`delivered ${how}`);
  if (how === 'twice') await handler(event);
  if (how === 'an older batch first' && older !== undefined) await handler(older);
  older = event;
  if (how === 'concurrently') return (await Promise.all([handler(event), handler(event)]))[0];
  return handler(event);
}
let older: KinesisStreamEvent | undefined;

/**
 * May there be sources that nothing is known of? Without an answer of the store such a one says that it is warming, as it must,
 * and as it does not in peace.
 */
function isAnyNew(): boolean {
  return !existsSync(knownFile);
}

/** Each source's first point lies among the first records of its shard. */
function meet({ Records: [first] }: KinesisStreamEvent): void {
  if (first === undefined || !isAnyNew()) return;
  if (Number(first.kinesis.sequenceNumber) > task.splitAt) met.add(first.eventID.slice(0, first.eventID.indexOf(':')));
  if (met.size === SHARDS) writeFileSync(knownFile, '');
}

/** Once the cache has lost everything, the calls that ask for what there was are the ends of lives, one after the other. */
function withKills(services: Services): Services {
  const { store } = services;
  const { readRecent, readAnomalies } = store;
  return {
    ...services,
    store: {
      ...store,
      readRecent: mortal('store look-up', readRecent),
      readAnomalies: mortal('store read of events', readAnomalies),
    },
  };
}

function mortal<Arguments extends readonly unknown[], Result>(
  call: string,
  work: (...given: Arguments) => Promise<Result>,
) {
  return async (...given: Arguments): Promise<Result> => {
    dieIfDue(`before ${call}`);
    const result = await work(...given);
    dieIfDue(`after ${call}`);
    return result;
  };
}

function dieIfDue(where: string): void {
  if (task.kills === undefined || mishaps?.hasLostAll() !== true) return;
  const kill = `kill ${where}`;
  if (task.kills[killsDone] !== kill) return;
  note(kill);
  process.kill(process.pid, 'SIGKILL');
}

function withFaults(services: Services): Services {
  const { cache, store, silence, topic, quarantine, scorer } = services;
  return {
    ...services,
    cache: { ...cache, load: faulty('cache load', cache.load), commit: faulty('cache commit', cache.commit) },
    store: {
      ...store,
      writePoints: faulty('store points', store.writePoints),
      writeAnomalies: faulty('store anomalies', store.writeAnomalies),
      readRecent: faulty('store look-up', store.readRecent, () => !isAnyNew()),
    },
    silence: {
      ...silence,
      file: faulty('silence filing', silence.file),
      advanceShards: faulty('silence progress', silence.advanceShards),
    },
    topic: { publish: faulty('publish', topic.publish) },
    quarantine: { put: faulty('quarantine', quarantine.put) },
    scorer: { score: faulty('score', scorer.score.bind(scorer)) },
  };
}

/**
 * Around every await of the handler: die, fail or be slow, before or after the call took effect. What was told is read only
 * where memories were lost: see {@link withKills}.
 */
function faulty<Arguments extends readonly unknown[], Result>(
  part: string,
  call: (...given: Arguments) => Promise<Result>,
  mayFail: () => boolean = () => true,
) {
  return async (...given: Arguments): Promise<Result> => {
    const drawn = draw();
    const fault = drawn?.kind === 'throw' && !mayFail() ? undefined : drawn;
    await suffer(fault, 'before', part);
    const result = await call(...given);
    await suffer(fault, 'after', part);
    return result;
  };
}

type Fault = { readonly kind: 'kill' | 'throw' | 'slow'; readonly when: 'before' | 'after' } | undefined;

function draw(): Fault {
  if (random() >= task.faults!.share) return undefined;
  const when = random() < 0.5 ? 'before' : 'after';
  return {
    kind: choose(random, [
      [1, 'kill'],
      [8, 'throw'],
      [3, 'slow'],
    ] as const),
    when,
  };
}

async function suffer(fault: Fault, when: 'before' | 'after', part: string): Promise<void> {
  if (fault?.when !== when) return;
  note(`${fault.kind} ${when} ${part}`);
  if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL');
  if (fault.kind === 'throw') throw new TransientFault(part, 'failed on purpose');
  await pause(Math.floor(20 * random()));
}

/** On disk before it happens, so that a kill is counted too. */
function note(kind: string): void {
  appendFileSync(faultsFile, `${JSON.stringify({ kind })}\n`);
}
