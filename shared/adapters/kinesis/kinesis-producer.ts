import type { DataPoint } from '../../domain/data-point';
import type { Position } from '../../domain/position';
import { type StreamEntry, toRecords } from '../../runtime/records';
import { createKinesisClient } from './kinesis-client';
import { createOrderedSender, type PutResult } from './ordered-sender';
import { putCall } from './put-call';
import type { PutFault } from './put-faults';

export interface KinesisProducerOptions {
  /** Name or ARN. */
  readonly stream: string;
  /** Absent: as the SDK finds it. */
  readonly region?: string;
  /** A VPC endpoint, or an emulator; the latter gets dummy credentials. */
  readonly endpointUrl?: string;
  /** Consecutive points of one source that may share a record; 1 if absent. */
  readonly pointsPerRecordMax?: number;
  /** How long a record is tried, from its first attempt on; a minute if absent. */
  readonly deadlineMs?: number;
  /** For one call; 10 s if absent. */
  readonly callTimeoutMs?: number;
  /** Calls at the same time; 4 if absent. */
  readonly concurrency?: number;
  /** Upper bound of the first pause before a record is tried again; it doubles with each further one. */
  readonly pauseMs?: number;
  /** While so much is unsettled, further puts wait their turn; 32 MiB if absent. */
  readonly bufferBytesMax?: number;
}

/** Puts data points on a Kinesis stream, each at least once and in order within its source. */
export interface KinesisProducer {
  /**
   * Resolves with the position of each record when all are on the stream. Await it: what is not awaited waits in memory.
   *
   * @throws {PutFailed} with what became of each record, when one is not
   */
  put(points: readonly DataPoint[]): Promise<Position[]>;
  /** Resolves with what became of each record, in order, once that is certain for all. */
  putRecords(records: readonly StreamEntry[]): Promise<PutResult[]>;
  /** Waits until what was put before is settled, then lets go of its connections. Putting more is refused. */
  close(): Promise<void>;
}

/** Some records of a put are not on the stream, or may not be. */
export class PutFailed extends Error {
  override readonly name = 'PutFailed';
  constructor(
    /** In the order of the records. */
    readonly results: readonly PutResult[],
    /** Of the first record that failed. */
    readonly fault: PutFault,
  ) {
    const failed = results.filter(({ ok }) => !ok).length;
    super(`${failed} of ${results.length} records were not put: ${fault.message}`, { cause: fault });
  }
}

const DEFAULTS = {
  deadlineMs: 60_000,
  callTimeoutMs: 10_000,
  concurrency: 4,
  pauseMs: 50,
  bufferBytesMax: 32 * 1_048_576,
  random: Math.random,
};

/**
 * A producer whose every record is tried until it is on the stream or its time is used up. Of a partition key one record at a
 * time is under way, so its rate is one record a call; let consecutive points share a record where that is too slow.
 *
 * A call that timed out may have put its records: they are then on the stream twice, which detection undoes.
 */
export function createKinesisProducer(options: KinesisProducerOptions): KinesisProducer {
  const settings = { ...DEFAULTS, ...options };
  const { stream, pointsPerRecordMax = 1, callTimeoutMs } = settings;
  const client = createKinesisClient(settings);
  const sender = createOrderedSender(putCall(client, stream, callTimeoutMs), settings);
  return {
    async put(points) {
      const results = await sender.putRecords(toRecords(points, pointsPerRecordMax));
      return results.map((result) => {
        if (!result.ok) throw new PutFailed(results, result.fault);
        return { stream, shard: result.shard, sequence: result.sequence, index: 0 };
      });
    },
    putRecords: sender.putRecords,
    async close() {
      await sender.close();
      client.destroy();
    },
  };
}
