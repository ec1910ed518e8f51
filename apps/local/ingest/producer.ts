import type { DataPoint } from '../../../shared/domain/data-point';
import { LIMITS } from '../../../shared/domain/limits';
import type { Position } from '../../../shared/domain/position';
import type { AppendOptions, LogRecord, PartitionedLog } from '../stream/log/partitioned-log';

export interface ProducerOptions {
  /** Consecutive points of one source that may share a record; 1 if absent, at most the limit of points in a record. */
  readonly pointsPerRecordMax?: number;
}

/** Puts data points on a stream. */
export interface Producer {
  /** Resolves with the position of each record when all points are safely on disk. Throws as the log's append does. */
  put(points: readonly DataPoint[], options?: AppendOptions): Promise<Position[]>;
}

export function createProducer(log: Pick<PartitionedLog, 'append'>, options: ProducerOptions = {}): Producer {
  const pointsMax = Math.min(options.pointsPerRecordMax ?? 1, LIMITS.recordPointsMax);
  return { put: (points, appendOptions) => log.append(toRecords(points, pointsMax), appendOptions) };
}

/**
 * Data points in the wire format, keyed by source: an object for a point alone, an array for several. Points keep their order.
 * O(text).
 */
export function toRecords(points: readonly DataPoint[], pointsPerRecordMax: number): LogRecord[] {
  const records: LogRecord[] = [];
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
    if (point.source !== source || texts.length >= pointsPerRecordMax || size + bytes > LIMITS.recordBytesMax) flush();
    source = point.source;
    texts.push(text);
    size += bytes;
  }
  flush();
  return records;
}

function bodyOf(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`;
}

function textOf({ source, timestamp, metrics, tags }: DataPoint): string {
  for (const _ in tags) return JSON.stringify({ source, timestamp, metrics, tags });
  return JSON.stringify({ source, timestamp, metrics });
}
