import { modelVcpus, storeGigabytesADay, storeVcpus } from '../costs/capacity';
import { amount, times } from '../costs/costs';
import type { CostedEnvironment, FleetLoad } from '../costs/load';
import { type Figure, MEASURED } from '../costs/measured';
import { GIGABYTE } from '../costs/prices';
import { type Usage, usageOf, wrapsOf } from '../costs/usage';
import { detectorsAtOnce } from './demands';

/** What one environment needs of a part, and the figures that this comes from. */
export interface Need {
  readonly part: string;
  readonly words: string;
  readonly figures: readonly Figure[];
}

/** @param environment with room for the load */
export function needsOf(environment: CostedEnvironment, load: FleetLoad): readonly Need[] {
  const usage = usageOf(environment, load);
  const parts = [stream, functions, cache, endpoint, store, archive, alerts, logs];
  return parts.flatMap((part) => part(environment, usage) ?? []);
}

const MEGABYTE = 1e6;
const DAY_SECONDS = 86_400;

function stream({ stream: own }: CostedEnvironment, { records, recordBytes, shards, points }: Usage): Need {
  const packed = `${times(Math.round(points / records), 'point')} a record`;
  const rate = `${amount(records)} records/s, ${amount((records * recordBytes) / MEGABYTE)} MB/s, ${packed}`;
  const { recordBytes: record, recordMetricBytes } = MEASURED;
  const words = own.shards === 'on-demand' ? `on demand: ${rate}` : `${times(shards, 'shard')}: ${rate}`;
  return { part: 'stream', words, figures: [record, recordMetricBytes] };
}

function functions(environment: CostedEnvironment, usage: Usage): Need {
  const { detection } = environment;
  const { batches, batchMs, recordsPerBatch } = usage;
  const { valueCpuMs, batchCalls, callMs } = MEASURED;
  const mean = (batches * batchMs) / 1_000;
  return {
    part: 'detect-anomalies',
    words:
      `${amount(mean)} at once, ${detectorsAtOnce(environment, usage)} at most (parallelization ${detection.parallelization}): ` +
      `${amount(batches)} batches/s of ${amount(recordsPerBatch)} records, each ${amount(batchMs)} ms with ${amount(detection.memoryMb)} MB, ` +
      `${amount(batchCalls.value * callMs.value)} of them waiting`,
    figures: [valueCpuMs, batchCalls, callMs],
  };
}

function cache({ states }: CostedEnvironment, { cacheBytes, ecpu, cacheTraffic }: Usage): Need | undefined {
  if (states.kind === 'url') return undefined;
  const { stateMetricBytes, stateRelationBytes, cacheOverheadBytes } = MEASURED;
  return {
    part: 'cache',
    words: `${amount(cacheBytes / GIGABYTE)} GB, ${amount(ecpu)} ECPU/s, ${amount(cacheTraffic / MEGABYTE)} MB/s to and fro`,
    figures: [stateMetricBytes, stateRelationBytes, cacheOverheadBytes],
  };
}

function endpoint({ model }: CostedEnvironment, { values, batches }: Usage): Need | undefined {
  if (model.kind === 'url') return undefined;
  const { modelCpuMs, vectorBytes } = MEASURED;
  return {
    part: 'endpoint',
    words:
      `${model.instances} × ${model.instance}: ${amount(values)} vectors/s in ${amount(batches)} calls/s keep ${amount(modelVcpus(values))} vCPU busy, ` +
      `${amount((values * vectorBytes.value) / MEGABYTE)} MB/s`,
    figures: [modelCpuMs, vectorBytes],
  };
}

function store({ store: kept }: CostedEnvironment, { values, storeTraffic }: Usage): Need | undefined {
  if (kept.kind === 'url') return undefined;
  const { storeCpuMs, rowDiskBytes, rowWireBytes } = MEASURED;
  const traffic = `${amount(values)} rows/s, ${amount(storeTraffic / MEGABYTE)} MB/s`;
  if (kept.kind === 'timestream') return { part: 'store', words: traffic, figures: [rowWireBytes] };
  const aDay = storeGigabytesADay(values);
  const days = kept.retentionDays ?? kept.gigabytes / aDay;
  return {
    part: 'store',
    words:
      `${kept.instance}: ${traffic} take ${amount(storeVcpus(values))} vCPU, half of them for queries; ${amount(aDay)} GB a day, ` +
      `of which ${amount(days)} days are kept in ${amount(kept.gigabytes)} GB`,
    figures: [storeCpuMs, rowWireBytes, rowDiskBytes],
  };
}

function archive({ archive: kept }: CostedEnvironment, usage: Usage): Need | undefined {
  if (kept === undefined) return undefined;
  const { calls, ms } = wrapsOf(usage);
  const { wrapCpuMs, archivedBytes } = MEASURED;
  const aDay = (usage.records * archivedBytes.value * DAY_SECONDS) / GIGABYTE;
  return {
    part: 'archive',
    words: `Firehose has no limit of its own behind a stream; archive-points ${amount((calls * ms) / 1_000)} at once; ${amount(aDay)} GB a day in S3`,
    figures: [wrapCpuMs, archivedBytes],
  };
}

function alerts(_: CostedEnvironment, { alarms }: Usage): Need {
  const { eventsAnAlarm, notificationsAnAlarm, tableCallsAnEvent } = MEASURED;
  const events = alarms * eventsAnAlarm.value;
  return {
    part: 'alerts',
    words:
      `${amount(events)} events/s and ${amount(alarms * notificationsAnAlarm.value)} messages/s through SNS and SQS, ` +
      `${amount(events * tableCallsAnEvent.value)} calls/s of the table`,
    figures: [eventsAnAlarm, notificationsAnAlarm, tableCallsAnEvent],
  };
}

function logs(_: CostedEnvironment, { batches }: Usage): Need {
  const { logLineBytes, platformLogBytes } = MEASURED;
  const aDay = (batches * (logLineBytes.value + platformLogBytes.value) * DAY_SECONDS) / GIGABYTE;
  return { part: 'logs', words: `${amount(aDay)} GB a day`, figures: [logLineBytes, platformLogBytes] };
}
