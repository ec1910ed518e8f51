import type { DataPoint } from '../domain/data-point';
import { LIMITS } from '../domain/limits';

/** What a producer hands to a stream. */
export interface StreamEntry {
  /** The source, so that what one source emits stays on one shard and in order. */
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/**
 * Data points in the wire format, keyed by source: an object for a point alone, an array for consecutive points of one source.
 * Points keep their order. Key and data of a record have together at most {@link LIMITS.recordBytesMax} bytes. O(text).
 *
 * @param pointsPerRecordMax consecutive points that may share a record; 1 to {@link LIMITS.recordPointsMax}
 */
export function toRecords(points: readonly DataPoint[], pointsPerRecordMax: number): StreamEntry[] {
  const pointsMax = Math.min(pointsPerRecordMax, LIMITS.recordPointsMax);
  const records: StreamEntry[] = [];
  let texts: string[] = [];
  let size = 0;
  let source = '';
  const flush = () => {
    if (texts.length > 0) records.push({ partitionKey: source, data: Buffer.from(bodyOf(texts), 'utf8') });
    texts = [];
    size = 0;
  };
  for (const point of points) {
    const text = textOf(point);
    // A character has at most three bytes in UTF-8 (four for two of them): no need to count exactly.
    const bytes = 3 * text.length + 1;
    if (point.source !== source || texts.length >= pointsMax || size + bytes > ROOM) flush();
    source = point.source;
    texts.push(text);
    size += bytes;
  }
  flush();
  return records;
}

/** For points, besides the key and the brackets. */
const ROOM = LIMITS.recordBytesMax - 3 * LIMITS.nameCharsMax - 2;

function bodyOf(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`;
}

function textOf({ source, timestamp, metrics, tags }: DataPoint): string {
  for (const _ in tags) return JSON.stringify({ source, timestamp, metrics, tags });
  return JSON.stringify({ source, timestamp, metrics });
}
