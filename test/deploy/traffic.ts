import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { createKinesisProducer } from '../../shared/adapters/kinesis/kinesis-producer';
import type { DataPoint } from '../../shared/domain/data-point';
import { toRecords } from '../../shared/runtime/records';
import { REGION } from './environment';
import type { World } from './world';

/** Everything put on the stream so far. */
export interface Sent {
  /** Those that can be used. */
  readonly points: DataPoint[];
  /** Of all records. */
  readonly bodies: Uint8Array[];
  /** Sequence number of each source's newest record. */
  readonly newest: Map<string, string>;
}

export const SOURCES = Array.from({ length: 8 }, (_, i) => `pump-${i}`);
const STEP_MS = 60_000;
const HISTORY_POINTS = 300;
/** Enough for several records a source, and several batches. */
const POINTS_PER_RECORD = 50;

/** A past without faults up to one step before `now`, its values with all the digits a double has. */
export function history(now: number): DataPoint[] {
  return SOURCES.flatMap((source, s) =>
    Array.from({ length: HISTORY_POINTS }, (_, n) => ({
      source,
      timestamp: now - (HISTORY_POINTS - n) * STEP_MS,
      metrics: { temperature: 70 + s + wave(n) + noise(n + 1_000 * s), vibration: 0.02 + noise(n + 7_000 * s) / 100 },
      tags: { site: 'berlin' },
    })),
  );
}

/** How what is told writes the value of {@link fault}. */
export const FAULT_VALUE = '190.5';

/** The moment after: one source far off, as nothing in its past. */
export function fault(now: number): DataPoint {
  return {
    source: SOURCES[0]!,
    timestamp: now,
    metrics: { temperature: Number(FAULT_VALUE), vibration: 0.021 },
    tags: { site: 'berlin' },
  };
}

/** A point like those of the history, of a source without a fault. */
export function ordinary(now: number, source: string = SOURCES[1]!): DataPoint {
  return {
    source,
    timestamp: now,
    metrics: { temperature: 71 + noise(now), vibration: 0.02 },
    tags: { site: 'berlin' },
  };
}

/** Puts points on the stream as `tidewatch send` does. Resolves when the stream has them. */
export async function sendPoints({ sent }: World, stream: string, points: readonly DataPoint[]): Promise<void> {
  const producer = createKinesisProducer({ stream, region: REGION });
  try {
    const records = toRecords(points, POINTS_PER_RECORD);
    const results = await producer.putRecords(records);
    records.forEach(({ partitionKey, data }, i) => {
      const result = results[i]!;
      if (!result.ok) throw result.fault;
      sent.newest.set(partitionKey, result.sequence);
      sent.bodies.push(data);
    });
    sent.points.push(...points);
  } finally {
    await producer.close();
  }
}

/** Puts a point on the stream as users of an SDK do. Resolves when the stream has it. */
export async function sendPoint(world: World, stream: string, point: DataPoint): Promise<void> {
  const sequence = await sendRecord(world, stream, point.source, JSON.stringify(point));
  world.sent.newest.set(point.source, sequence);
  world.sent.points.push(point);
}

/** Puts any record on the stream; gives its sequence number. */
export async function sendRecord(
  { sent, emulator }: World,
  stream: string,
  key: string,
  text: string,
): Promise<string> {
  const data = Buffer.from(text);
  const command = new PutRecordCommand({ StreamName: stream, PartitionKey: key, Data: data });
  const { SequenceNumber } = await emulator.kinesis.send(command);
  sent.bodies.push(data);
  return SequenceNumber!;
}

function wave(n: number): number {
  return 3 * Math.sin((n * 2 * Math.PI) / 60);
}

/** In [0, 1), the same for the same number. */
function noise(n: number): number {
  const x = Math.sin(n * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}
