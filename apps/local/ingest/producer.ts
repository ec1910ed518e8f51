import type { DataPoint } from '../../../shared/domain/data-point';
import type { Position } from '../../../shared/domain/position';
import { type StreamEntry, toRecords } from '../../../shared/runtime/records';
import type { AppendOptions, PartitionedLog } from '../stream/log/partitioned-log';

export interface ProducerOptions {
  /** Consecutive points of one source that may share a record; 1 if absent, at most the limit of points in a record. */
  readonly pointsPerRecordMax?: number;
}

/** Puts data points on a stream. */
export interface Producer {
  /** Resolves with the position of each record when all points are safely on disk. Throws as the log's append does. */
  put(points: readonly DataPoint[], options?: AppendOptions): Promise<Position[]>;
  /** As {@link put}, of records as they are. */
  putRecords(records: readonly StreamEntry[], options?: AppendOptions): Promise<Position[]>;
}

export function createProducer(log: Pick<PartitionedLog, 'append'>, options: ProducerOptions = {}): Producer {
  const pointsMax = options.pointsPerRecordMax ?? 1;
  return {
    put: (points, appendOptions) => log.append(toRecords(points, pointsMax), appendOptions),
    putRecords: (records, appendOptions) => log.append(records, appendOptions),
  };
}
