import { storeGigabytesADay, storeVcpus } from '../costs/capacity';
import type { CostedEnvironment, FleetLoad } from '../costs/load';
import { type Figure, MEASURED } from '../costs/measured';
import { GIGABYTE } from '../costs/prices';
import { replayHours } from '../costs/replay';
import { type Usage, usageOf, wrapsOf } from '../costs/usage';
import { LIMITS, type PartLimit } from './aws-limits';

/** What a load asks of a part whose limit no row of an environment can move. */
export interface Demand {
  readonly part: string;
  readonly used: number;
  readonly limit: PartLimit;
  /** What one can do beyond it. */
  readonly way: string;
  /** What `used` comes from. */
  readonly figures: readonly Figure[];
}

/** Each with a part of the sources. */
const SPLIT = 'more environments';
const { recordBytes, recordMetricBytes, stateMetricBytes, stateRelationBytes, cacheOverheadBytes } = MEASURED;
const STATE = [stateMetricBytes, stateRelationBytes] as const;

/** All of them; those of parts that the environment leaves to servers of one's own are left out. */
export function demandsOf(environment: CostedEnvironment, load: FleetLoad): readonly Demand[] {
  const usage = usageOf(environment, load);
  const parts = [stream, functions, cache, store, endpoint, training, alerts, logs];
  return parts.flatMap((part) => [...part(environment, usage, load)]);
}

function* stream({ stream: own }: CostedEnvironment, { shards }: Usage): Generator<Demand> {
  if (own.shards === 'on-demand') return;
  yield {
    ...{ part: 'shards', used: shards, limit: LIMITS.shards },
    way: 'raise the quota; or producers put several points into a record',
    figures: [recordBytes, recordMetricBytes],
  };
}

/** Schedules that may run at the same time. */
const SCHEDULES = 5;
/** Events and turns of groups are two queues. */
const ROUTED_QUEUES = 2;
const CHANNELS = 3;

/** At most: after an outage each shard has a batch waiting. */
export function functionsAtOnce(environment: CostedEnvironment, usage: Usage): number {
  const wraps = wrapsOf(usage);
  const archiving = environment.archive === undefined ? 0 : Math.ceil((wraps.calls * wraps.ms) / 1_000);
  const alerting = ROUTED_QUEUES * MEASURED.routers.value + CHANNELS * MEASURED.senders.value;
  return detectorsAtOnce(environment, usage) + archiving + alerting + SCHEDULES;
}

export function detectorsAtOnce({ detection }: CostedEnvironment, { shards }: Usage): number {
  return shards * detection.parallelization;
}

function* functions(environment: CostedEnvironment, usage: Usage): Generator<Demand> {
  yield {
    ...{ part: 'functions at once', used: functionsAtOnce(environment, usage), limit: LIMITS.concurrency },
    way: 'raise the quota',
    figures: [MEASURED.valueCpuMs, MEASURED.batchCalls, MEASURED.callMs],
  };
}

function* cache(environment: CostedEnvironment, usage: Usage): Generator<Demand> {
  if (environment.states.kind === 'url') return;
  const { ecpu, cacheBytes, batches } = usage;
  yield {
    ...{ part: 'cache, work', used: ecpu, limit: LIMITS.cacheWork },
    way: `several points of a source in a record, or in a batch (batchWindowSeconds); ${SPLIT}`,
    figures: STATE,
  };
  yield {
    ...{ part: 'cache, size', used: cacheBytes / GIGABYTE, limit: LIMITS.cacheSize, way: SPLIT },
    figures: [...STATE, cacheOverheadBytes],
  };
  // The hash in which shards tell their progress is one key.
  yield {
    ...{ part: 'cache, one key', used: batches * MEASURED.progressEcpu.value, limit: LIMITS.cacheSlot },
    way: `larger batches (batchRecords, batchWindowSeconds); ${SPLIT}`,
    figures: [MEASURED.progressEcpu],
  };
  yield {
    part: 'cache, connections',
    used: detectorsAtOnce(environment, usage) * MEASURED.cacheConnections.value,
    ...{ limit: LIMITS.cacheClients, way: SPLIT, figures: [MEASURED.cacheConnections] },
  };
}

/** As far back as re-scoring looks, rows must be there. */
function* store(environment: CostedEnvironment, { values }: Usage, load: FleetLoad): Generator<Demand> {
  if (environment.store.kind !== 'timestream-influx') return;
  const own = `${SPLIT}; or a cluster of your own (store.kind 'url')`;
  yield {
    ...{ part: 'store, work', used: storeVcpus(values), limit: LIMITS.influxVcpus, way: own },
    figures: [MEASURED.storeCpuMs],
  };
  const series = load.sources * load.metrics;
  yield { part: 'store, series', used: series, limit: LIMITS.influxSeries, way: own, figures: [] };
  const days = environment.schedules.rescoreHours / 24;
  yield {
    ...{ part: 'store, size', used: days * storeGigabytesADay(values), limit: LIMITS.influxGigabytes },
    way: `a shorter schedules.rescoreHours, and store.retentionDays as short; ${SPLIT}`,
    figures: [MEASURED.rowDiskBytes],
  };
}

function* endpoint({ model }: CostedEnvironment): Generator<Demand> {
  if (model.kind === 'url') return;
  yield {
    ...{ part: 'endpoint', used: model.instances, limit: LIMITS.endpoint, way: 'raise the quota' },
    figures: [MEASURED.modelCpuMs],
  };
}

function* training({ training: own }: CostedEnvironment, usage: Usage): Generator<Demand> {
  if (own?.by.kind !== 'sagemaker') return;
  yield {
    ...{ part: 'training, a day', used: replayHours({ ...own, historyDays: 1 }, usage), limit: LIMITS.trainingJob },
    way: SPLIT,
    figures: [MEASURED.readPointMs, MEASURED.replayPointMs, MEASURED.replayValueMs],
  };
}

function* alerts(_: CostedEnvironment, { alarms }: Usage): Generator<Demand> {
  const { eventsAnAlarm, notificationsAnAlarm, tableCallsAnEvent, callMs, routers, senders, sendMs } = MEASURED;
  const events = alarms * eventsAnAlarm.value;
  const messages = alarms * notificationsAnAlarm.value;
  const fewer = 'fewer alarms (tidewatch threshold)';
  const seconds = (ms: number) => ms / 1_000;
  yield {
    part: 'events, routing',
    used: (events * seconds(tableCallsAnEvent.value * callMs.value)) / routers.value,
    limit: LIMITS.routers,
    way: `${fewer}; a larger ROUTERS`,
    figures: [eventsAnAlarm, tableCallsAnEvent, callMs, routers],
  };
  yield {
    part: 'messages, sending',
    used: (messages * seconds(sendMs.value)) / senders.value,
    limit: LIMITS.senders,
    way: `${fewer}; larger groups in the rules; a larger SENDERS`,
    figures: [notificationsAnAlarm, sendMs, senders],
  };
  const raised = `raise the quota; ${fewer}`;
  const told = [eventsAnAlarm, notificationsAnAlarm];
  yield { part: 'topics', used: events + messages, limit: LIMITS.topics, way: raised, figures: told };
  // Half of the calls write.
  const writes = (events * tableCallsAnEvent.value) / 2;
  yield {
    ...{ part: 'table of alerts', used: writes, limit: LIMITS.table, way: raised },
    figures: [eventsAnAlarm, tableCallsAnEvent],
  };
}

/** A batch's lines are taken to go in one call. */
function* logs(environment: CostedEnvironment, usage: Usage): Generator<Demand> {
  const wraps = environment.archive === undefined ? 0 : wrapsOf(usage).calls;
  yield {
    ...{ part: 'logs', used: usage.batches + wraps, limit: LIMITS.logs },
    way: 'larger batches (batchRecords, batchWindowSeconds); raise the quota',
    figures: [],
  };
}
