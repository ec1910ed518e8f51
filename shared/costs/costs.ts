import type { CostedEnvironment, FleetLoad } from './load';
import { MEASURED } from './measured';
import { GIGABYTE, HOURS_A_MONTH, PRICES, priceOf, SECONDS_A_MONTH } from './prices';
import { replayHours } from './replay';
import { type Usage, usageOf, wrapsOf } from './usage';

/** Dollars a month for one service. */
export interface CostItem {
  readonly service: string;
  readonly dollars: number;
  /** What makes it so much. */
  readonly why: string;
}

/** All services that an environment uses, dearest first; those that cost nothing are left out. */
export function costsOf(environment: CostedEnvironment, load: FleetLoad): readonly CostItem[] {
  const usage = usageOf(environment, load);
  return PARTS.map(([service, cost]): CostItem => ({ service, ...cost(environment, usage) }))
    .filter(({ dollars }) => dollars > 0)
    .sort((a, b) => b.dollars - a.dollars);
}

export function totalOf(items: readonly CostItem[]): number {
  return items.reduce((sum, { dollars }) => sum + dollars, 0);
}

type Cost = (environment: CostedEnvironment, usage: Usage) => Omit<CostItem, 'service'>;

const PARTS: readonly (readonly [service: string, cost: Cost])[] = [
  ['Kinesis', kinesis],
  ['Lambda', lambda],
  ['ElastiCache Serverless', cache],
  ['SageMaker endpoint', endpoint],
  ['Timestream', store],
  ['Firehose and S3 archive', archive],
  ['SNS, SQS, DynamoDB', alerting],
  ['CloudWatch and X-Ray', observing],
  ['VPC endpoints', network],
  ['Traffic between zones', zones],
  ['KMS and secrets', keys],
  ['Training', training],
];

const month = (perSecond: number) => perSecond * SECONDS_A_MONTH;
const gigabytes = (bytesPerSecond: number) => month(bytesPerSecond) / GIGABYTE;
const NOTHING = { dollars: 0, why: '' };

function kinesis({ stream }: CostedEnvironment, { records, recordBytes, shards }: Usage) {
  const isLong = stream.retentionHours > 24;
  if (stream.shards === 'on-demand') {
    const charged = gigabytes(records * 1_024 * Math.ceil(recordBytes / 1_024));
    const kept = isLong ? (charged * (stream.retentionHours - 24)) / HOURS_A_MONTH : 0;
    // Detection and the archive read it.
    const read = 2 * gigabytes(records * recordBytes);
    const dollars =
      HOURS_A_MONTH * PRICES.kinesisOnDemandHour +
      charged * PRICES.kinesisOnDemandGigabyteIn +
      read * PRICES.kinesisOnDemandGigabyteOut +
      kept * PRICES.kinesisOnDemandLongGigabyteMonth;
    return { dollars, why: `${amount(charged)} GB on demand, records in whole kilobytes` };
  }
  const hour = PRICES.kinesisShardHour + (isLong ? PRICES.kinesisLongShardHour : 0);
  const units = month(records) * Math.ceil(recordBytes / 25_000);
  const dollars = HOURS_A_MONTH * shards * hour + units * PRICES.kinesisPutUnit;
  return { dollars, why: `${times(shards, 'shard')}, ${millions(units)} put units` };
}

function lambda({ detection, schedules, archive: kept }: CostedEnvironment, usage: Usage) {
  const { batches, batchMs } = usage;
  const detect = call(month(batches), batchMs, detection.memoryMb);
  const runs = HOURS_A_MONTH * 60 * (1 / schedules.watchSilenceMinutes + 1);
  const rescoring = (HOURS_A_MONTH * 60) / schedules.rescoreMinutes;
  const scheduled = call(runs, MEASURED.scheduledMs.value, 512) + call(rescoring, MEASURED.scheduledMs.value, 1_024);
  const wraps = wrapsOf(usage);
  const wrapping = kept === undefined ? 0 : call(month(wraps.calls), wraps.ms, 512);
  const told = month(usage.alarms) * (MEASURED.eventsAnAlarm.value + MEASURED.notificationsAnAlarm.value);
  const dollars = detect + scheduled + wrapping + call(told, MEASURED.scheduledMs.value, 512);
  return { dollars, why: `${millions(month(batches))} batches of ${amount(batchMs)} ms with ${detection.memoryMb} MB` };
}

function call(count: number, ms: number, memoryMb: number): number {
  return count * (PRICES.lambdaRequest + (ms / 1_000) * (memoryMb / 1_024) * PRICES.lambdaGigabyteSecond);
}

function cache({ states }: CostedEnvironment, { cacheBytes, ecpu, stateBytes }: Usage) {
  if (states.kind === 'url') return NOTHING;
  const stored = Math.max(PRICES.cacheGigabytesMin, cacheBytes / GIGABYTE);
  const dollars = HOURS_A_MONTH * PRICES.cacheGigabyteHour * stored + month(ecpu) * PRICES.cacheEcpu;
  return {
    dollars,
    why: `${amount(stored)} GB kept; states of ${amount(stateBytes / 1_024)} kB, ${amount(ecpu)} ECPU/s`,
  };
}

function endpoint({ model }: CostedEnvironment) {
  if (model.kind === 'url') return NOTHING;
  const { instance, instances } = model;
  return {
    dollars: HOURS_A_MONTH * priceOf(PRICES.endpointHour, instance) * instances,
    why: `${instances} × ${instance}`,
  };
}

function store({ store: kept }: CostedEnvironment, { values }: Usage) {
  if (kept.kind === 'url') return NOTHING;
  if (kept.kind === 'timestream') {
    const hours = PRICES.liveAnalyticsMemoryGigabyteHour;
    const written = gigabytes(values * MEASURED.rowWireBytes.value) / HOURS_A_MONTH;
    const memory = written * kept.memoryHours * hours * HOURS_A_MONTH;
    const magnetic = written * 24 * kept.magneticDays * PRICES.liveAnalyticsMagneticGigabyteMonth;
    return {
      dollars: month(values) * PRICES.liveAnalyticsWrite + memory + magnetic,
      why: `${millions(month(values))} writes, kept ${kept.magneticDays} days`,
    };
  }
  const one = HOURS_A_MONTH * priceOf(PRICES.influxHour, kept.instance) + PRICES.influxGigabyteMonth * kept.gigabytes;
  const disk = gigabytes(values * MEASURED.rowDiskBytes.value);
  const copies = kept.standby ? 2 : 1;
  return {
    dollars: copies * one,
    why: `${copies} × ${kept.instance}, ${kept.gigabytes} GB; rows add ${amount(disk)} GB a month`,
  };
}

const YEAR_DAYS = 365;
const MONTH_DAYS = HOURS_A_MONTH / 24;

function archive({ archive: kept }: CostedEnvironment, { records, recordBytes }: Usage) {
  if (kept === undefined) return NOTHING;
  const charged = gigabytes(records * 5_120 * Math.ceil(recordBytes / 5_120));
  const written = gigabytes(records * MEASURED.archivedBytes.value);
  const days = Math.min(kept.deletedAfterDays ?? YEAR_DAYS, YEAR_DAYS);
  const near = Math.min(days, kept.infrequentAfterDays);
  const standing = near * PRICES.s3GigabyteMonth + (days - near) * PRICES.s3InfrequentGigabyteMonth;
  const objects = Math.max(1 / kept.bufferSeconds, (records * recordBytes) / (kept.bufferMegabytes * 2 ** 20));
  const dollars = charged * PRICES.firehoseGigabyte + (written / MONTH_DAYS) * standing + month(objects) * PRICES.s3Put;
  return {
    dollars,
    why: `${amount(charged)} GB charged, since a record counts as 5 kB; ${amount(written)} GB a month in S3`,
  };
}

/** Queues that functions ask, by so many pollers each, which wait 20 s for an answer. */
const QUEUES = 5;
const POLLERS = 5;
const POLL_SECONDS = 20;

function alerting(_: CostedEnvironment, { alarms }: Usage) {
  const events = month(alarms) * MEASURED.eventsAnAlarm.value;
  const messages = month(alarms) * MEASURED.notificationsAnAlarm.value;
  const polls = month((QUEUES * POLLERS) / POLL_SECONDS);
  // Taken and deleted.
  const queues = (polls + 2 * (events + messages)) * PRICES.sqsRequest;
  const table = events * MEASURED.tableCallsAnEvent.value * (PRICES.dynamoWrite + PRICES.dynamoRead);
  const dollars = (events + messages) * PRICES.snsPublish + queues + table;
  return { dollars, why: `${millions(month(alarms))} alarms; queues that are asked for work` };
}

/** X-Ray takes the first call of each second and a twentieth of the others. */
const TRACED_SHARE = 0.05;

function observing({ tracing }: CostedEnvironment, { batches }: Usage) {
  const { logLineBytes, platformLogBytes, metricsPublished, alarms } = MEASURED;
  const logged = gigabytes(batches * (logLineBytes.value + platformLogBytes.value));
  const traces = tracing ? month(Math.min(1, batches) + TRACED_SHARE * Math.max(0, batches - 1)) : 0;
  const dollars =
    logged * PRICES.logGigabyte +
    metricsPublished.value * PRICES.metricMonth +
    alarms.value * PRICES.alarmMonth +
    PRICES.dashboardMonth +
    traces * PRICES.traceRecorded;
  return {
    dollars,
    why: `${amount(logged)} GB of logs, ${metricsPublished.value} metrics, ${millions(traces)} traces`,
  };
}

/** Services that functions in the network call: Kinesis, SageMaker, Secrets Manager, SNS; LiveAnalytics has two more. */
const ENDPOINTS = 4;

export function endpointsOf({ store: kept }: Pick<CostedEnvironment, 'store'>): number {
  return ENDPOINTS + (kept.kind === 'timestream' ? 2 : 0);
}

/** Vectors and their scores. */
export function endpointGigabytes({ values }: Usage): number {
  return gigabytes(values * MEASURED.vectorBytes.value);
}

function network(environment: CostedEnvironment, usage: Usage) {
  if (environment.network === undefined) return NOTHING;
  const { endpointZones } = environment.network;
  const count = endpointsOf(environment) * endpointZones;
  const dollars =
    count * HOURS_A_MONTH * PRICES.interfaceEndpointHour + endpointGigabytes(usage) * PRICES.interfaceEndpointGigabyte;
  return {
    dollars,
    why: `${endpointsOf(environment)} services in ${times(endpointZones, 'zone')}, ${amount(endpointGigabytes(usage))} GB`,
  };
}

function zones({ network: own, store: kept, states }: CostedEnvironment, { cacheTraffic, storeTraffic }: Usage) {
  if (own === undefined) return NOTHING;
  const bytes = (states.kind === 'url' ? 0 : cacheTraffic) + (kept.kind === 'timestream-influx' ? storeTraffic : 0);
  const crossing = gigabytes(bytes) * MEASURED.zoneCrossings.value;
  return { dollars: crossing * PRICES.zoneGigabyte, why: `${amount(crossing)} GB, if half of it crosses` };
}

/** A data key is used again for five minutes; functions, stream, topics, table, buckets and queues each ask for theirs. */
const KEY_USERS = 20;

function keys({ encryption }: CostedEnvironment) {
  const secrets = MEASURED.secrets.value * PRICES.secretMonth;
  if (encryption === 'aws-key') return { dollars: secrets, why: `${MEASURED.secrets.value} secrets` };
  const requests = KEY_USERS * HOURS_A_MONTH * 12;
  return {
    dollars: secrets + PRICES.keyMonth + requests * PRICES.keyRequest,
    why: `${MEASURED.secrets.value} secrets, an own key`,
  };
}

/** Of one run; a job that has little to do takes so long. */
const TRAINING = { jobs: 2, hoursMin: 0.25, transitions: 40 } as const;
const DAYS_A_MONTH = 365 / 12;

function training({ training: own }: CostedEnvironment, usage: Usage) {
  if (own === undefined) return NOTHING;
  const { jobs, hoursMin, transitions } = TRAINING;
  const { by, everyDays, registry } = own;
  const hours = Math.max(hoursMin, replayHours(own, usage));
  const job =
    jobs * (by.kind === 'sagemaker' ? hours * jobHour(by.gigabytes) : call(1, hours * 3_600_000, by.memoryMb));
  const isManaged = registry?.kind === 'sagemaker';
  const server = isManaged ? HOURS_A_MONTH * priceOf(PRICES.mlflowHour, registry.size) : 0;
  return {
    dollars: server + (DAYS_A_MONTH / everyDays) * (job + transitions * PRICES.stateTransition),
    why: [
      `a run every ${everyDays} days of ${jobs} jobs of ${amount(hours)} hours${hours === hoursMin ? ' (assumed)' : ''}`,
      ...(isManaged ? [`a ${registry.size} MLflow server`] : []),
    ].join(', '),
  };
}

function jobHour(gigabytes: number): number {
  return PRICES.trainingHour + (gigabytes * PRICES.trainingGigabyteMonth) / HOURS_A_MONTH;
}

export function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2);
}

export function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function millions(count: number): string {
  return `${amount(count / 1e6)} million`;
}
