import type { Environment } from './environment';

/** Where the servers of the emulator's environment are, on this machine. */
export interface EmulatorServers {
  readonly redisUrl: string;
  readonly influxUrl: string;
  readonly modelUrl: string;
  readonly mlflowUrl?: string;
}

/** What every environment begins with. */
const COMMON = {
  encryption: 'aws-key',
  operators: [],
  logDays: 30,
  tracing: true,
  schedules: { watchSilenceMinutes: 1, rescoreMinutes: 5, rescoreHours: 72 },
  drift: { limit: 0.25, hours: 24, vectorsMin: 10_000 },
  alerts: {},
  training: {
    by: { kind: 'sagemaker', instance: 'ml.m5.large', gigabytes: 800, hoursMax: 24, spot: true },
    ...{ everyDays: 7, historyDays: 90, pointsMax: 100_000_000, shadowHours: 24 },
  },
} as const satisfies Partial<Environment>;

/**
 * One row for each environment, and every difference between them. `emulator` is for tests on one machine: it leaves out what
 * the emulator of AWS lacks (VPC, cache, SageMaker, Timestream) and has servers that are named by URL instead.
 */
export function environments(emulator: EmulatorServers): readonly Environment[] {
  return [
    {
      ...COMMON,
      name: 'dev',
      sizedFor: { sources: 500, metrics: 3, intervalSeconds: 10 },
      data: 'deleted',
      stream: { shards: 1, retentionHours: 24 },
      network: { endpointZones: 1 },
      states: { kind: 'elasticache', gigabytesMax: 1, ecpuPerSecondMax: 5_000, snapshotDays: 0 },
      store: {
        kind: 'timestream-influx',
        instance: 'db.influx.medium',
        gigabytes: 20,
        retentionDays: 14,
        standby: false,
      },
      model: { kind: 'sagemaker', instance: 'ml.t2.medium', instances: 1 },
      detection: {
        ...{ memoryMb: 1_024, batchRecords: 200, batchWindowSeconds: 1, parallelization: 1 },
        ...{ retries: 1_000, recordAgeHoursMax: 12 },
      },
      budget: { series: 125_000, strangers: 100_000 },
      archive: { bufferSeconds: 60, bufferMegabytes: 5, infrequentAfterDays: 30, deletedAfterDays: 90 },
    },
    {
      ...COMMON,
      name: 'staging',
      sizedFor: { sources: 4_000, metrics: 3, intervalSeconds: 10 },
      data: 'deleted',
      stream: { shards: 2, retentionHours: 24 },
      network: { endpointZones: 2 },
      states: { kind: 'elasticache', gigabytesMax: 5, ecpuPerSecondMax: 20_000, snapshotDays: 1 },
      store: {
        kind: 'timestream-influx',
        instance: 'db.influx.medium',
        gigabytes: 150,
        retentionDays: 14,
        standby: false,
      },
      model: { kind: 'sagemaker', instance: 'ml.m5.large', instances: 1 },
      detection: {
        ...{ memoryMb: 1_769, batchRecords: 500, batchWindowSeconds: 1, parallelization: 1 },
        ...{ retries: 1_000, recordAgeHoursMax: 12 },
      },
      budget: { series: 150_000, strangers: 100_000 },
      archive: { bufferSeconds: 300, bufferMegabytes: 64, infrequentAfterDays: 30, deletedAfterDays: 90 },
      iotTopic: 'tidewatch/points/+',
    },
    {
      ...COMMON,
      name: 'prod',
      sizedFor: { sources: 10_000, metrics: 3, intervalSeconds: 10 },
      data: 'kept',
      encryption: 'own-key',
      logDays: 90,
      stream: { shards: 4, retentionHours: 168 },
      network: { endpointZones: 2 },
      states: { kind: 'elasticache', gigabytesMax: 50, ecpuPerSecondMax: 100_000, snapshotDays: 7 },
      store: {
        kind: 'timestream-influx',
        instance: 'db.influx.large',
        gigabytes: 700,
        retentionDays: 30,
        standby: true,
      },
      model: { kind: 'sagemaker', instance: 'ml.m5.large', instances: 2 },
      detection: {
        ...{ memoryMb: 1_769, batchRecords: 500, batchWindowSeconds: 1, parallelization: 1 },
        ...{ retries: 5_000, recordAgeHoursMax: 144 },
      },
      budget: { series: 300_000, strangers: 200_000 },
      archive: { bufferSeconds: 300, bufferMegabytes: 64, infrequentAfterDays: 30 },
    },
    {
      ...COMMON,
      name: 'emulator',
      data: 'deleted',
      logDays: 1,
      tracing: false,
      stream: { shards: 1, retentionHours: 24 },
      states: { kind: 'url', url: emulator.redisUrl },
      store: { kind: 'url', url: emulator.influxUrl },
      model: { kind: 'url', url: emulator.modelUrl },
      detection: {
        ...{ memoryMb: 1_024, batchRecords: 100, batchWindowSeconds: 0, parallelization: 1 },
        ...{ retries: 10, recordAgeHoursMax: 1 },
      },
      alerts: {
        ...{ mailFrom: 'tidewatch@example.com', allowedHosts: ['127.0.0.1'] },
        ingestTokensSecret: 'tidewatch/emulator/ingest',
      },
      budget: { series: 30_000, strangers: 10_000 },
      // As few as a test sends.
      drift: { limit: 0.25, hours: 24, vectorsMin: 100 },
      training: {
        by: { kind: 'function', memoryMb: 1_024 },
        ...{ everyDays: 7, historyDays: 90, pointsMax: 5_000_000, shadowHours: 0 },
        ...(emulator.mlflowUrl === undefined ? {} : { registry: { kind: 'url' as const, uri: emulator.mlflowUrl } }),
      },
      archive: { bufferSeconds: 60, bufferMegabytes: 5, infrequentAfterDays: 30, deletedAfterDays: 90 },
    },
  ];
}
