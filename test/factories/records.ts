import type { WireDataPoint } from '../../shared/domain/data-point';
import type { StreamRecord } from '../../shared/runtime/kinesis';

/** 2026-11-22T13:00:00Z, the moment all built records arrive. */
export const ARRIVAL = Date.UTC(2026, 10, 22, 13);

/** A valid data point as a producer writes it. */
export function wirePoint(changes: Partial<WireDataPoint> = {}): WireDataPoint {
  return { source: 'pump-17', timestamp: ARRIVAL, metrics: { temperature: 71.2 }, ...changes };
}

/** A stream record that holds the given body: text as it is, anything else as JSON. */
export function streamRecord(
  body: unknown,
  sequence: number | string = 1,
  changes: Partial<StreamRecord> = {},
): StreamRecord {
  return {
    stream: 'arn:aws:kinesis:eu-central-1:000000000000:stream/points',
    shard: 'shardId-000000000000',
    sequence: String(sequence),
    arrival: ARRIVAL,
    body: body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    ...changes,
  };
}
