import type { CostedEnvironment, FleetLoad } from './load';
import { MEASURED, recordBytes, stateBytes } from './measured';

/** What a load makes of an environment, by the second unless the name says otherwise. */
export interface Usage {
  readonly points: number;
  /** Values: a row each. */
  readonly values: number;
  readonly records: number;
  readonly recordBytes: number;
  readonly shards: number;
  readonly recordsPerBatch: number;
  readonly batches: number;
  /** How long the work on one batch takes. */
  readonly batchMs: number;
  /** Share of its time that a shard's worker is busy. */
  readonly busy: number;
  /** Times that a source's whole state is loaded, and committed. */
  readonly stateTurns: number;
  readonly stateBytes: number;
  readonly cacheBytes: number;
  readonly ecpu: number;
  /** Bytes to and from the cache. */
  readonly cacheTraffic: number;
  readonly storeTraffic: number;
  readonly alarms: number;
}

/** A shard takes so much. */
export const SHARD = { bytes: 1_000_000, records: 1_000 } as const;
/** Shards that an on-demand stream begins with. */
const ON_DEMAND_SHARDS = 4;
/** Lambda asks a shard so often when it gives nothing. */
const POLL_SECONDS = 1;
/** Records of one call. */
const RECORDS_MAX = 10_000;
const FULL_VCPU_MB = 1_769;
const WEEK_SECONDS = 7 * 86_400;

/** Points are taken to be spread evenly over time and shards. */
export function usageOf(environment: CostedEnvironment, load: FleetLoad): Usage {
  const { stream, detection } = environment;
  const points = (1_000 * load.sources) / load.intervalMs;
  const records = points / load.pointsPerRecord;
  const bytes = recordBytes(load.metrics, load.pointsPerRecord);
  const shards = stream.shards === 'on-demand' ? onDemandShards(records, bytes) : stream.shards;
  const values = points * load.metrics;
  const batch = batchOf(records / shards, detection);
  const batches = records / batch.records;
  const batchMs = batchMsOf((values * batch.records) / records, detection.memoryMb);
  // Of a source, records come this far apart.
  const apart = (load.pointsPerRecord * load.intervalMs) / 1_000;
  const stateTurns = records / Math.max(1, batch.seconds / apart);
  const size = stateBytes(load.metrics);
  return {
    ...{ points, values, records, recordBytes: bytes, shards, recordsPerBatch: batch.records, batches, batchMs },
    busy: ((batches / shards) * batchMs) / 1_000 / detection.parallelization,
    stateTurns,
    stateBytes: size,
    cacheBytes: load.sources * (size + MEASURED.cacheOverheadBytes.value),
    // Whole kilobytes, loaded and committed; each batch tells the shard's progress and where sources are filed.
    ecpu: stateTurns * 2 * Math.ceil(size / 1_024) + 2 * batches,
    cacheTraffic: stateTurns * 2 * size,
    storeTraffic: values * MEASURED.rowWireBytes.value,
    alarms: (load.sources * load.metrics * load.alarmsPerWeek) / WEEK_SECONDS,
  };
}

/** Raw data in one call of archive-points, by its construct. */
const WRAP_BYTES = 384 * 1_024;
/** Firehose calls it once a minute at least. */
const WRAP_SECONDS_MAX = 60;
const WRAP_CALL_MS = 20;

/** Calls of archive-points a second, and how long one takes. */
export function wrapsOf({ records, recordBytes: bytes }: Usage): { readonly calls: number; readonly ms: number } {
  const calls = Math.max(1 / WRAP_SECONDS_MAX, (records * bytes) / WRAP_BYTES);
  return { calls, ms: WRAP_CALL_MS + (records / calls) * MEASURED.wrapCpuMs.value };
}

function onDemandShards(records: number, bytes: number): number {
  return Math.max(
    ON_DEMAND_SHARDS,
    Math.ceil((2 * records) / SHARD.records),
    Math.ceil((2 * records * bytes) / SHARD.bytes),
  );
}

/** What one call gets of a shard, and the seconds that it spans. */
function batchOf(recordsPerSecond: number, detection: CostedEnvironment['detection']) {
  const window = Math.max(POLL_SECONDS, detection.batchWindowSeconds);
  const records = Math.max(1, Math.min(detection.batchRecords, RECORDS_MAX, recordsPerSecond * window));
  return { records, seconds: records / recordsPerSecond };
}

function batchMsOf(values: number, memoryMb: number): number {
  const { valueCpuMs, batchCalls, callMs } = MEASURED;
  return batchCalls.value * callMs.value + values * valueCpuMs.value * Math.max(1, FULL_VCPU_MB / memoryMb);
}
