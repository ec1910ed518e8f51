import { createKinesisProducer } from '../../shared/adapters/kinesis/kinesis-producer';
import type { DataPoint } from '../../shared/domain/data-point';
import { REGION } from './environment';

/** Everything put on the stream so far that can be used. */
export interface Sent {
  readonly points: DataPoint[];
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

/** The moment after: one source far off, as nothing in its past. */
export function fault(now: number): DataPoint {
  return {
    source: SOURCES[0]!,
    timestamp: now,
    metrics: { temperature: 190.5, vibration: 0.021 },
    tags: { site: 'berlin' },
  };
}

/** A point like those of the history, of a source without a fault. */
export function ordinary(now: number): DataPoint {
  return {
    source: SOURCES[1]!,
    timestamp: now,
    metrics: { temperature: 71 + noise(now), vibration: 0.02 },
    tags: { site: 'berlin' },
  };
}

/** Puts points on the stream as any SDK's user would, and notes them. Resolves when the stream has them. */
export async function send(
  sent: Sent,
  stream: string,
  endpointUrl: string,
  points: readonly DataPoint[],
): Promise<void> {
  const producer = createKinesisProducer({
    stream,
    endpointUrl,
    region: REGION,
    pointsPerRecordMax: POINTS_PER_RECORD,
  });
  try {
    for (const source of new Set(points.map((point) => point.source))) {
      const mine = points.filter((point) => point.source === source);
      sent.newest.set(source, (await producer.put(mine)).at(-1)!.sequence);
      sent.points.push(...mine);
    }
  } finally {
    await producer.close();
  }
}

function wave(n: number): number {
  return 3 * Math.sin((n * 2 * Math.PI) / 60);
}

/** In [0, 1), the same for the same number. */
function noise(n: number): number {
  const x = Math.sin(n * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}
