/** A figure of the product that costs depend on, and where it comes from. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Who measured it, so that it can be measured again; `assumed` where nobody has. */
  readonly from: string;
}

const HELD = 'measured by shared/costs/measured.test.ts';
const BENCH_LIVE = '`npm run bench:live`, docs/operations.md';

const BENCH_SOAK = '`npm run bench:soak`, default threshold, docs/operations.md, 2026-11-30';

/**
 * What a load is multiplied by. Sizes of memory and messages are measured anew by a test at each run of it; times and what a
 * server keeps on its disk are from benchmarks of the given date.
 */
export const MEASURED = {
  /** Of a data point in JSON, alone in its record, with names of usual length and one tag. */
  recordBytes: { name: 'a record of one point', value: 85, unit: 'bytes', from: HELD },
  recordMetricBytes: { name: '… and each of its metrics', value: 27, unit: 'bytes', from: HELD },
  stateMetricBytes: { name: 'state, each metric of a source', value: 4_220, unit: 'bytes', from: HELD },
  /** Only with several metrics. */
  stateRelationBytes: { name: 'state, relations of a source', value: 500, unit: 'bytes', from: HELD },
  /** Of two metrics, or of 32, beyond which none takes part; in between it is less. */
  stateRelationMostBytes: {
    name: 'state, relations, each metric of a source at most',
    value: 1_310,
    unit: 'bytes',
    from: HELD,
  },
  /** By the server's own account, beyond names and values of fields. */
  cacheOverheadBytes: { name: 'state, what Redis adds', value: 191, unit: 'bytes', from: `${BENCH_LIVE}, 2026-11-22` },
  /** With a name of 32 characters, which strangers have. */
  placeBytes: { name: 'a place in an account', value: 118, unit: 'bytes', from: 'docs/scale.md, 2026-11-30' },
  rowWireBytes: { name: 'a row to InfluxDB', value: 435, unit: 'bytes', from: HELD },
  /** 300,000 rows of 300 series, after compaction. */
  rowDiskBytes: {
    name: 'a row in InfluxDB',
    value: 58,
    unit: 'bytes',
    from: 'size of its TSM files, InfluxDB 1.6, 2026-11-30',
  },
  vectorBytes: { name: 'a vector to the endpoint', value: 70, unit: 'bytes', from: HELD },
  archivedBytes: { name: 'a record in the archive', value: 42, unit: 'bytes', from: HELD },
  logLineBytes: { name: 'log of a batch', value: 1_900, unit: 'bytes', from: HELD },
  /** What Lambda itself writes about a call: START, END, REPORT. */
  platformLogBytes: { name: 'log of Lambda about a call', value: 350, unit: 'bytes', from: 'assumed' },
  metricsPublished: { name: 'metrics of all functions', value: 100, unit: '', from: 'test/operations-page.test.ts' },
  alarms: { name: 'alarms', value: 68, unit: '', from: 'infra/costs/at-rest.test.ts' },
  secrets: { name: 'secrets', value: 3, unit: '', from: 'infra/costs/at-rest.test.ts' },
  /** On one vCPU, which a function has with 1,769 MB. */
  valueCpuMs: { name: 'processor time a value', value: 0.059, unit: 'ms', from: `${BENCH_LIVE}, 2026-11-30` },
  /** A batch waits for so many calls one after the other: three of the cache, endpoint, store. */
  batchCalls: { name: 'calls that a batch waits for', value: 5, unit: '', from: `${BENCH_LIVE}, 2026-11-22` },
  callMs: { name: 'a call within a region', value: 4, unit: 'ms', from: 'assumed' },
  storeCpuMs: {
    name: 'processor time of InfluxDB, a row',
    value: 0.023,
    unit: 'ms',
    from: `${BENCH_LIVE}, 2026-11-30`,
  },
  modelCpuMs: {
    name: 'processor time of the model, a value',
    value: 0.0015,
    unit: 'ms',
    from: `${BENCH_LIVE}, 2026-11-30`,
  },
  wrapCpuMs: { name: 'archive-points, a record', value: 0.01, unit: 'ms', from: 'assumed' },
  scheduledMs: { name: 'a scheduled run that finds nothing', value: 300, unit: 'ms', from: 'assumed' },
  /** 10 million points of one metric: the archive decoded and put in order, and with detectors. */
  replayPointMs: {
    name: 'replay in training, a point',
    value: 0.0053,
    unit: 'ms',
    from: '`npm run bench:train`, docs/training.md, 2026-11-30',
  },
  replayValueMs: {
    name: '… and each of its values',
    value: 0.0036,
    unit: 'ms',
    from: '`npm run bench:train`, docs/training.md, 2026-11-30',
  },
  /** Of a source that is not drawn. */
  readPointMs: {
    name: 'a point that training reads and passes over',
    value: 0.0025,
    unit: 'ms',
    from: '`npm run bench:train`, docs/training.md, 2026-11-30',
  },
  /** Of points with one metric; those with more take less for each. */
  sortedValueBytes: {
    name: 'temporary file of a replay, a value',
    value: 100,
    unit: 'bytes',
    from: 'docs/training.md',
  },
  /** A script of some microseconds, where GET takes a sixth of one: at most so much, if only the command's own time counts. */
  progressEcpu: {
    name: 'telling the progress of a shard',
    value: 26,
    unit: 'ECPU',
    from: "the script's time over that of GET, 4.20 to 0.16 µs, Redis 7.0, 2026-11-30; that ElastiCache meters so is assumed",
  },
  /** Three clients (states, deadlines, places); each has a connection to the cache's one node, and one that listens for changes of it. */
  cacheConnections: { name: 'connections of a function to the cache', value: 6, unit: '', from: 'assumed' },
  /** Of functions that take events, and of those of one channel that send messages. */
  routers: { name: 'batches of events routed at once', value: 5, unit: '', from: 'infra/costs/at-rest.test.ts' },
  senders: { name: 'batches of messages sent at once', value: 2, unit: '', from: 'infra/costs/at-rest.test.ts' },
  sendMs: { name: 'sending a message', value: 200, unit: 'ms', from: 'assumed' },
  /**
   * Of sound series older than a week with a value a minute: what people are called for when nothing is wrong and no rate is asked
   * for. For costs and sizes where the load does not say.
   */
  seriesAlarms: { name: 'alarms of a series and week', value: 1.7, unit: '', from: BENCH_SOAK },
  /** Of three metrics. */
  relationAlarms: { name: '… of relations, a source and week', value: 4.1, unit: '', from: BENCH_SOAK },
  /** Opened, updated, closed. */
  eventsAnAlarm: { name: 'events of an alarm', value: 3, unit: '', from: 'assumed' },
  notificationsAnAlarm: { name: 'messages of an alarm', value: 2, unit: '', from: 'assumed' },
  tableCallsAnEvent: { name: 'reads and writes of alert state, an event', value: 10, unit: '', from: 'assumed' },
  zoneCrossings: {
    name: 'share of traffic to cache and store that crosses zones',
    value: 0.5,
    unit: '',
    from: 'assumed',
  },
} as const satisfies Readonly<Record<string, Figure>>;

/** Bytes of a source's state, all its fields together, when it has learnt for long. */
export function stateBytes(metrics: number): number {
  const { stateMetricBytes, stateRelationBytes } = MEASURED;
  return metrics === 1 ? 0.84 * stateMetricBytes.value : metrics * stateMetricBytes.value + stateRelationBytes.value;
}

/** Bytes that a series takes of the cache at most, names of usual length: however its source's metrics are counted. */
export function seriesBytesMost(): number {
  const { stateMetricBytes, stateRelationMostBytes, cacheOverheadBytes } = MEASURED;
  return stateMetricBytes.value + stateRelationMostBytes.value + cacheOverheadBytes.value;
}

/** Alarms of a series in a week at the default threshold, with its part of those of its source's relations. */
export function alarmsPerWeek(metrics: number): number {
  const { seriesAlarms, relationAlarms } = MEASURED;
  return seriesAlarms.value + (metrics > 1 ? relationAlarms.value / metrics : 0);
}

/** Bytes that a budget takes of the cache at most: memories, and places in both accounts. */
export function budgetBytes({ series, strangers }: { readonly series: number; readonly strangers: number }): number {
  return seriesBytesMost() * series + MEASURED.placeBytes.value * (series + strangers);
}

/** Bytes of a record that holds one source's points. */
export function recordBytes(metrics: number, points: number): number {
  return points * (MEASURED.recordBytes.value + metrics * MEASURED.recordMetricBytes.value);
}
