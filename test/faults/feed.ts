import { gzipSync } from 'node:zlib';
import { type LogRecord, PartitionedLog } from '../../apps/local/stream/log/partitioned-log';
import { type Plan, SHARDS, seeded } from './plan';

export const CONSUMERS = { clean: 'clean', faulty: 'faulty', lossy: 'lossy' } as const;
const FROM = Date.UTC(2026, 0, 1);
const STEP_MS = 60_000;
/** One record in so many is poison, of each kind in turn. */
const POISON_EVERY = 400;
/** One point in so many is followed by one of the same source that was held up on its way, by so many steps. */
const LATE_EVERY = 83;
const LATE_STEPS = 5;
/** The producer's clock steps: hours ahead and back, a few times over the stream. */
const CLOCK_STEPS_MS = [0, 3_600_000, -7_200_000, 86_400_000, 0];

export interface Fed {
  readonly points: number;
  readonly poison: number;
}

/**
 * Writes the whole stream once; all runs read it, each as a consumer of its own: the stream's identity and its sequence
 * numbers are then the same for all.
 */
export async function feed(folder: string, { points, sources, seed }: Plan): Promise<Fed> {
  let clockStep = 0;
  const log = await PartitionedLog.open(folder, {
    shards: SHARDS,
    now: () => Date.UTC(2026, 10, 22) + clockStep,
    unreadBytesMax: Number.POSITIVE_INFINITY,
  });
  for (const name of Object.values(CONSUMERS)) await log.consumer(name);
  const random = seeded(seed);
  const fed = { points: 0, poison: 0 };
  let chunk: LogRecord[] = [];
  const put = async (record: LogRecord) => {
    chunk.push(record);
    if (chunk.length < 1_000) return;
    clockStep = CLOCK_STEPS_MS[Math.floor((fed.points / points) * CLOCK_STEPS_MS.length)] ?? 0;
    await log.append(chunk);
    chunk = [];
  };
  for (let index = 0; index < points; index++) {
    const source = `source-${index % sources}`;
    const step = Math.floor(index / sources);
    const putPoint = async (timestamp: number) => {
      const metrics = valuesOf(index % sources, step, random);
      await put({ partitionKey: source, data: Buffer.from(JSON.stringify({ source, timestamp, metrics })) });
      fed.points += 1;
    };
    await putPoint(FROM + step * STEP_MS);
    if (index % LATE_EVERY === 0 && step >= LATE_STEPS) await putPoint(FROM + (step - LATE_STEPS + 0.5) * STEP_MS);
    if (index % POISON_EVERY === 0) {
      fed.poison += 1;
      await put({ partitionKey: source, data: POISON[(index / POISON_EVERY) % POISON.length]! });
    }
  }
  if (chunk.length > 0) await log.append(chunk);
  await log.close();
  return fed;
}

/** One metric or two related ones; a rhythm, noise, and now and then a burst that is an anomaly. */
function valuesOf(source: number, step: number, random: () => number): Record<string, number> {
  const burst = (step + source * 7) % 611 > 608 ? 40 : 0;
  const level = 50 + 20 * Math.sin((step * Math.PI) / 360 + source) + 4 * random() + burst;
  const first = Math.round(100 * level) / 100;
  return source % 4 === 0 ? { flow: first, pressure: Math.round(100 * (2 * first + random())) / 100 } : { flow: first };
}

const POISON: readonly Buffer[] = [
  Buffer.from('{"source":"source-1","timest'),
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.from('{"source":"source-1","timestamp":"2026-01-01T00:00:00Z","metrics":{"flow":"high"}}'),
  Buffer.from('{"source":"source-1","timestamp":"2031-01-01T00:00:00Z","metrics":{"flow":1}}'),
  gzipSync(Buffer.alloc(32 << 20, 0x20)),
  Buffer.from([0x1f, 0x8b, 1, 2, 3]),
  Buffer.from('[]'),
  Buffer.from('{"source":"","timestamp":"2026-01-01T00:00:00Z","metrics":{"flow":1}}'),
];
