import { amount, times } from './costs';
import type { CostedEnvironment, FleetLoad } from './load';
import { MEASURED } from './measured';
import { GIGABYTE } from './prices';
import { replayGigabytes, replayHours } from './replay';
import { SHARD, type Usage, usageOf } from './usage';

/** A part that bounds what an environment carries. */
export interface Limit {
  readonly part: string;
  /** What the load takes of it; above 1 it does not fit. */
  readonly share: number;
  /** In words, with the numbers. */
  readonly words: string;
  /** What of the row it depends on, as `stream.shards`. */
  readonly settings: readonly string[];
  /** The environment with room for the load, and what to write in its row; absent: nothing in the row helps. */
  readonly change?: { readonly words: string; readonly environment: CostedEnvironment };
}

/** Load comes in waves and functions in their own time: what is more than this full is called full. */
export const ROOM = 0.7;
/** Of rows that are kept until the disk is full, so many days should find room in it. */
const STORE_DAYS_MIN = 90;
/** Rows go by the day: those of the day that ends with the retention are still there. */
const STORE_DAYS_MORE = 1;
const DAY_SECONDS = 86_400;
/** By AWS's page of instance types; of a machine's time half is for queries and compaction. */
export const INFLUX_VCPUS: Readonly<Record<string, number>> = {
  'db.influx.medium': 1,
  'db.influx.large': 2,
  'db.influx.xlarge': 4,
  'db.influx.2xlarge': 8,
  'db.influx.4xlarge': 16,
  'db.influx.8xlarge': 32,
  'db.influx.12xlarge': 48,
  'db.influx.16xlarge': 64,
};
/**
 * InfluxData advises 2 to 4 GB of memory for up to a hundred thousand series, and 8 to 32 for a million. By the careful end, since
 * series that alarm have one of their anomalies as well.
 */
const INFLUX_SERIES_A_GIGABYTE = 1_000_000 / 32;
/** By AWS's page of instance types: of each class. */
const INFLUX_GIGABYTES_A_VCPU = 8;
/** Beyond it AWS has another store considered. */
export const INFLUX_SERIES_MAX = 10_000_000;
const ENDPOINT_VCPUS: Readonly<Record<string, number>> = { 'ml.t2.medium': 2, 'ml.m5.large': 2, 'ml.m5.xlarge': 4 };
const WRITE_SHARE = 0.5;

/** Every part of an environment that a load may be too much for, the fullest first. */
export function limitsOf(environment: CostedEnvironment, load: FleetLoad): readonly Limit[] {
  const usage = usageOf(environment, load);
  const training = [replay, replayDisk];
  const ofStore = [storeRate, storeSize, storeSeries];
  const limits = [...training, seriesOf, shardsOf, workers, cacheSize, cacheRate, ...ofStore, endpointRate];
  return limits.flatMap((limit) => limit(environment, usage, load) ?? []).sort((a, b) => b.share - a.share);
}

/** Those that the load does not fit into with room. */
export function overfull(limits: readonly Limit[]): readonly Limit[] {
  return limits.filter(({ share }) => share > ROOM);
}

/** The environment with every change that its load asks for; the limits that no change mends are left. */
export function fitted(environment: CostedEnvironment, load: FleetLoad): CostedEnvironment {
  let fit = environment;
  // A change may make another needed, as more shards make smaller batches.
  for (let round = 0; round < 20; round++) {
    const next = overfull(limitsOf(fit, load)).find(({ change }) => change !== undefined)?.change;
    if (next === undefined) return fit;
    fit = next.environment;
  }
  return fit;
}

/** A budget that is spent leaves series unscored. */
function seriesOf(environment: CostedEnvironment, _: Usage, { sources, metrics }: FleetLoad): Limit | undefined {
  const { budget } = environment;
  if (budget === undefined) return undefined;
  const series = sources * metrics;
  const words = `${amount(series)} series of a budget of ${amount(budget.series)}`;
  return limit('budget', (ROOM * series) / budget.series, words, ['budget.series'], () => ({
    words: `budget: { series: ${series} }`,
    environment: { ...environment, budget: { ...budget, series } },
  }));
}

function shardsOf(environment: CostedEnvironment, { records, recordBytes }: Usage): Limit | undefined {
  const { stream } = environment;
  if (stream.shards === 'on-demand') return undefined;
  const needed = Math.max(records / SHARD.records, (records * recordBytes) / SHARD.bytes);
  return limit(
    'shards',
    needed / stream.shards,
    `${amount(records)} records/s on ${times(stream.shards, 'shard')}`,
    ['stream.shards'],
    () => withShards(environment, Math.ceil(needed / ROOM)),
  );
}

function withShards(environment: CostedEnvironment, shards: number) {
  return {
    words: `stream: { shards: ${shards} }`,
    environment: { ...environment, stream: { ...environment.stream, shards } },
  };
}

/** A shard's batches follow each other. */
function workers(environment: CostedEnvironment, { busy, batchMs, shards }: Usage): Limit {
  const words = `batches of ${amount(batchMs)} ms, one after the other on each of ${times(shards, 'shard')}`;
  const settings = [
    environment.stream.shards === 'on-demand' ? 'detection.parallelization' : 'stream.shards',
    'detection.memoryMb',
    'detection.batchRecords',
  ];
  return limit('functions', busy, words, settings, () => {
    const { stream, detection } = environment;
    if (stream.shards !== 'on-demand') return withShards(environment, Math.ceil((shards * busy) / ROOM));
    const parallelization = Math.min(10, Math.ceil((detection.parallelization * busy) / ROOM));
    return {
      words: `detection: { parallelization: ${parallelization} }`,
      environment: { ...environment, detection: { ...detection, parallelization } },
    };
  });
}

function cacheSize(environment: CostedEnvironment, { cacheBytes }: Usage): Limit | undefined {
  const { states } = environment;
  if (states.kind === 'url') return undefined;
  const needed = cacheBytes / GIGABYTE;
  const words = `states take ${amount(needed)} GB of ${states.gigabytesMax}`;
  return limit('cache, size', needed / states.gigabytesMax, words, ['states.gigabytesMax'], () => {
    const gigabytesMax = Math.ceil(needed / ROOM);
    return {
      words: `states: { gigabytesMax: ${gigabytesMax} }`,
      environment: { ...environment, states: { ...states, gigabytesMax } },
    };
  });
}

function cacheRate(environment: CostedEnvironment, { ecpu }: Usage): Limit | undefined {
  const { states } = environment;
  if (states.kind === 'url') return undefined;
  const words = `${amount(ecpu)} ECPU/s of ${amount(states.ecpuPerSecondMax)}`;
  return limit('cache, work', ecpu / states.ecpuPerSecondMax, words, ['states.ecpuPerSecondMax'], () => {
    const ecpuPerSecondMax = 1_000 * Math.ceil(ecpu / ROOM / 1_000);
    return {
      words: `states: { ecpuPerSecondMax: ${ecpuPerSecondMax} }`,
      environment: { ...environment, states: { ...states, ecpuPerSecondMax } },
    };
  });
}

function storeRate(environment: CostedEnvironment, { values }: Usage): Limit | undefined {
  const { store } = environment;
  if (store.kind !== 'timestream-influx') return undefined;
  const busy = storeVcpus(values);
  const vcpus = INFLUX_VCPUS[store.instance];
  if (vcpus === undefined) return undefined;
  const words = `${amount(values)} rows/s on ${store.instance}, with half of its time for queries`;
  return limit('store, work', busy / vcpus, words, ['store.instance'], () => {
    const larger = Object.entries(INFLUX_VCPUS).find(([, count]) => busy / count <= ROOM)?.[0];
    if (larger === undefined) return undefined;
    return {
      words: `store: { instance: '${larger}' }`,
      environment: { ...environment, store: { ...store, instance: larger } },
    };
  });
}

function storeSize(environment: CostedEnvironment, { values }: Usage): Limit | undefined {
  const { store, schedules } = environment;
  if (store.kind !== 'timestream-influx') return undefined;
  const aDay = storeGigabytesADay(values);
  const { gigabytes, retentionDays } = store;
  const needed = (days: number) => aDay * (days + STORE_DAYS_MORE);
  const words =
    retentionDays === undefined
      ? `${amount(gigabytes / aDay)} days of rows fill its ${amount(gigabytes)} GB, since no retentionDays end them`
      : `rows of ${times(retentionDays, 'day')} take ${amount(needed(retentionDays))} of its ${amount(gigabytes)} GB`;
  const kept = retentionDays ?? STORE_DAYS_MIN;
  return limit('store, size', needed(kept) / gigabytes, words, ['store.gigabytes', 'store.retentionDays'], () => {
    const held = Math.floor((ROOM * INFLUX_GIGABYTES_MAX) / aDay) - STORE_DAYS_MORE;
    const days = Math.min(kept, held);
    // What is scored again must be there still.
    if (days < schedules.rescoreHours / 24) return undefined;
    const larger = Math.max(gigabytes, Math.ceil(needed(days) / ROOM));
    const change = { gigabytes: larger, ...(days < kept ? { retentionDays: days } : {}) };
    return {
      words: `store: ${JSON.stringify(change)}`,
      environment: { ...environment, store: { ...store, ...change } },
    };
  });
}

/** Beside those of the load there may be as many as are stored without a memory. */
function storeSeries(environment: CostedEnvironment, _: Usage, { sources, metrics }: FleetLoad): Limit | undefined {
  const { store, budget } = environment;
  if (store.kind !== 'timestream-influx' || budget === undefined) return undefined;
  const series = sources * metrics + budget.strangers;
  const advised = influxSeriesAdvised(store.instance);
  if (advised === undefined) return undefined;
  const words = `${amount(series)} series, strangers among them, of ${amount(advised)} advised for ${store.instance}`;
  return limit('store, series', (ROOM * series) / advised, words, ['store.instance', 'budget'], () => {
    const larger = Object.keys(INFLUX_VCPUS).find((instance) => series <= influxSeriesAdvised(instance)!);
    if (larger === undefined) return undefined;
    return {
      words: `store: { instance: '${larger}' }`,
      environment: { ...environment, store: { ...store, instance: larger } },
    };
  });
}

/**
 * How many series an instance of Timestream for InfluxDB should hold at most; undefined for a class that is not known.
 * @see https://docs.influxdata.com/influxdb/v1/guides/hardware_sizing, "InfluxDB OSS guidelines"
 */
export function influxSeriesAdvised(instance: string): number | undefined {
  const vcpus = INFLUX_VCPUS[instance];
  if (vcpus === undefined) return undefined;
  return Math.min(INFLUX_SERIES_MAX, vcpus * INFLUX_GIGABYTES_A_VCPU * INFLUX_SERIES_A_GIGABYTE);
}

/** Processors that so many rows a second keep busy, with as many for queries. */
export function storeVcpus(values: number): number {
  return (values * MEASURED.storeCpuMs.value) / 1_000 / WRITE_SHARE;
}

export function storeGigabytesADay(values: number): number {
  return (values * MEASURED.rowDiskBytes.value * DAY_SECONDS) / GIGABYTE;
}

/** Timestream for InfluxDB allocates up to 16 TB. */
export const INFLUX_GIGABYTES_MAX = 16_384;

function endpointRate(environment: CostedEnvironment, { values }: Usage): Limit | undefined {
  const { model } = environment;
  if (model.kind === 'url') return undefined;
  const vcpus = ENDPOINT_VCPUS[model.instance];
  if (vcpus === undefined) return undefined;
  const busy = modelVcpus(values) / vcpus;
  const words = `${amount(values)} vectors/s on ${model.instances} × ${model.instance}`;
  return limit('endpoint', busy / model.instances, words, ['model.instances', 'model.instance'], () => {
    const instances = Math.ceil(busy / ROOM);
    return {
      words: `model: { instances: ${instances} }`,
      environment: { ...environment, model: { ...model, instances } },
    };
  });
}

export function modelVcpus(values: number): number {
  return (values * MEASURED.modelCpuMs.value) / 1_000;
}

/** A function has a quarter of an hour. */
const FUNCTION_HOURS = 0.25;
/** What a training job may take before SageMaker's quota of it is raised: five days. */
export const JOB_HOURS_MAX = 120;
/** What SageMaker gives a training job at most. */
const JOB_GIGABYTES_MAX = 16_384;

type TrainingRow = NonNullable<CostedEnvironment['training']>;

/** By one processor. */
function replay(environment: CostedEnvironment, usage: Usage): Limit | undefined {
  const { training } = environment;
  if (training === undefined) return undefined;
  const { by, historyDays, everyDays } = training;
  const hoursMax = by.kind === 'function' ? FUNCTION_HOURS : by.hoursMax;
  const hours = (days: number) => replayHours({ ...training, historyDays: days }, usage);
  const words = `${amount(hours(historyDays))} hours to read ${historyDays} days and replay ${pointsWords(training, usage)}, of ${amount(hoursMax)}`;
  const settings = ['training.historyDays', ...(by.kind === 'function' ? ['training.by'] : ['training.by.hoursMax'])];
  return limit('training', hours(historyDays) / hoursMax, words, settings, () => {
    const days = daysWithin(historyDays, (count) => hours(count) <= ROOM * hoursMax);
    if (days >= 1)
      return {
        words: `training: { historyDays: ${days} }`,
        environment: { ...environment, training: { ...training, historyDays: days } },
      };
    const longer = Math.ceil(hours(1) / ROOM);
    if (by.kind === 'function' || longer > Math.min(JOB_HOURS_MAX, 24 * everyDays)) return undefined;
    return {
      words: `training: { historyDays: 1, by: { hoursMax: ${longer} } }`,
      environment: { ...environment, training: { ...training, historyDays: 1, by: { ...by, hoursMax: longer } } },
    };
  });
}

function pointsWords({ historyDays, pointsMax }: TrainingRow, { points }: Usage): string {
  const all = points * DAY_SECONDS * historyDays;
  return all <= pointsMax ? 'all points' : `${amount(pointsMax / 1e6)} of ${amount(all / 1e6)} million points`;
}

/** The most days, as many as there are at most, of which something holds that holds of all fewer. */
function daysWithin(most: number, holds: (days: number) => boolean): number {
  let days = most;
  while (days >= 1 && !holds(days)) days -= 1;
  return days;
}

function replayDisk(environment: CostedEnvironment, usage: Usage): Limit | undefined {
  const { training } = environment;
  if (training?.by.kind !== 'sagemaker') return undefined;
  const { by } = training;
  const needed = replayGigabytes(training, usage);
  const words = `objects and temporary files take ${amount(needed)} GB of ${amount(by.gigabytes)}`;
  const settings = ['training.by.gigabytes', 'training.historyDays'];
  return limit('training, disk', needed / by.gigabytes, words, settings, () => {
    const gigabytes = Math.ceil(needed / ROOM);
    if (gigabytes > JOB_GIGABYTES_MAX) return undefined;
    return {
      words: `training: { by: { gigabytes: ${gigabytes} } }`,
      environment: { ...environment, training: { ...training, by: { ...by, gigabytes } } },
    };
  });
}

function limit(
  part: string,
  share: number,
  words: string,
  settings: readonly string[],
  change: () => Limit['change'],
): Limit {
  const made = share > ROOM ? change() : undefined;
  return { part, share, words, settings, ...(made === undefined ? {} : { change: made }) };
}
