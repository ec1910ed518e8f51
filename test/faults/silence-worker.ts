// One life of the silence watch: sources speak and fall silent in a time of our own, each step once; the watch may be killed.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildServices } from '../../lambdas/detect-anomalies/create-handler';
import { detectAnomalies } from '../../lambdas/detect-anomalies/detect-anomalies';
import { LocalConfigSchema } from '../../lambdas/detect-anomalies/local-config';
import { watchSilence } from '../../lambdas/watch-silence/watch-silence';
import { influxTarget } from '../../shared/adapters/influx/influx-options';
import { createInfluxStore } from '../../shared/adapters/influx/influx-store';
import { builtInModel } from '../../shared/detection/built-in-model';
import { parseConfig } from '../../shared/runtime/config';
import { ARRIVAL, streamRecord, wirePoint } from '../factories/records';

export interface SilenceTask {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absent: the watch lives. */
  readonly kill?: Kill;
}

/** The end of a process: around the nth call of a part's method, as "cache.commit", before or after it took effect. */
export interface Kill {
  readonly call: string;
  readonly nth: number;
  /** Counted from this step on. */
  readonly fromStep: number;
  readonly when: 'before' | 'after';
}

const STEP_MS = 20_000;
const STEPS = 114;
const SOURCES = Array.from({ length: 60 }, (_, i) => `source-${i}`);
/** Steps between two runs of the watch. */
const WATCH_EVERY = 3;

const task = JSON.parse(process.argv[2]!) as SilenceTask;
const at = (name: string) => path.join(task.folder, name);
const calls = new Map<string, number>();
await run();

/** One in ten falls silent for good, one in ten for a while, and then all do. */
function speaks(source: number, step: number): boolean {
  if (step >= 80 && step < 96) return false;
  if (source % 10 === 0) return step < 44;
  return source % 10 !== 1 || step < 44 || step >= 70;
}

async function run(): Promise<void> {
  const config = parseConfig(LocalConfigSchema, { ...task.env });
  const observe = {
    ...{ clock: () => performance.now(), began: ignore, stage: ignore, batch: ignore, published: ignore },
    ...{ circuit: ignore, watched: ignore, waiting: ignore, problem: ignore },
  };
  const { services, close } = await buildServices(config, {
    store: createInfluxStore({ target: influxTarget('INFLUX_URL', task.env['INFLUX_URL']!) }),
    topic: {
      publish: async (events) => appendFileSync(at('published.txt'), events.map(({ id }) => `${id}\n`).join('')),
    },
    observe,
  });
  const scorer = {
    score: async (vectors: Parameters<typeof services.scorer.score>[0]) => ({
      scores: vectors.map((vector) => builtInModel.score(vector)),
      model: builtInModel.version,
    }),
  };
  const { cache, silence, store, topic, settings } = services;
  for (let step = stepsDone(); step < STEPS; step++) {
    const now = ARRIVAL + step * STEP_MS;
    const points = SOURCES.filter((_, i) => speaks(i, step)).map((source) =>
      wirePoint({ source, timestamp: now, metrics: { m: (step * 7) % 5 } }),
    );
    if (points.length > 0) {
      const outcomes = await detectAnomalies([streamRecord(points, step + 1, { arrival: now })], {
        ...services,
        scorer,
      });
      if (!outcomes.every(({ done }) => done)) throw new Error('a batch failed, and nothing was to fail it');
    }
    if (step % WATCH_EVERY === 0) {
      const mortal = task.kill !== undefined && step >= task.kill.fromStep ? task.kill : undefined;
      const kill = <Parts extends object>(name: string, parts: Parts) =>
        mortal === undefined ? parts : mayDie(mortal, name, parts);
      await watchSilence({
        ...{ cache: kill('cache', cache), silence: kill('silence', silence), store: kill('store', store) },
        ...{ topic: kill('topic', topic), settings, observe, since: 0, sourcesMax: 7, now: () => now },
        // Everything that was put has been taken.
        tail: { lookBehind: async (progress) => progress.map(() => ({ takenUntil: now })) },
      });
    }
    writeFileSync(at('step'), String(step + 1));
  }
  await store.close();
  await close();
  writeFileSync(at('finished'), '');
}

function stepsDone(): number {
  return existsSync(at('step')) ? Number(readFileSync(at('step'), 'utf8')) : 0;
}

function mayDie<Parts extends object>({ call, nth, when }: Kill, name: string, parts: Parts): Parts {
  const mortal = Object.entries(parts).map(([method, work]) => [
    method,
    async (...given: unknown[]) => {
      const called = `${name}.${method}`;
      const times = (calls.get(called) ?? 0) + 1;
      calls.set(called, times);
      const isDue = called === call && times === nth;
      if (isDue && when === 'before') die(`${when} ${called}`);
      const result: unknown = await (work as (...some: unknown[]) => unknown)(...given);
      if (isDue && when === 'after') die(`${when} ${called}`);
      return result;
    },
  ]);
  return Object.fromEntries(mortal) as Parts;
}

function die(where: string): void {
  // On disk before it happens.
  appendFileSync(at('faults.ndjson'), `${JSON.stringify({ kind: `watch killed ${where}` })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function ignore(): void {
  // Nobody looks at these numbers here.
}
