/** What a fleet sends. */
export interface FleetLoad {
  readonly sources: number;
  /** Of each source, all in one data point. */
  readonly metrics: number;
  /** Between two points of a source. */
  readonly intervalMs: number;
  /** Consecutive points of a source that its producer puts into one record. */
  readonly pointsPerRecord: number;
  /** Alarms of a series in a week, true and false, with its part of those of relations. */
  readonly alarmsPerWeek: number;
}

/** What replays points in training. */
export type TrainingMachine =
  | { readonly kind: 'sagemaker'; readonly spot: boolean; readonly hoursMax: number; readonly gigabytes: number }
  | { readonly kind: 'function'; readonly memoryMb: number };

/** What costs depend on of an environment's row: an `Environment` of infra/config is one. */
export interface CostedEnvironment {
  readonly name: string;
  readonly encryption: 'aws-key' | 'own-key';
  readonly tracing: boolean;
  readonly stream: { readonly shards: number | 'on-demand'; readonly retentionHours: number };
  readonly network?: { readonly endpointZones: 1 | 2 };
  readonly states:
    | { readonly kind: 'elasticache'; readonly gigabytesMax: number; readonly ecpuPerSecondMax: number }
    | { readonly kind: 'url' };
  readonly store:
    | {
        readonly kind: 'timestream-influx';
        readonly instance: string;
        readonly gigabytes: number;
        readonly retentionDays?: number;
        readonly standby: boolean;
      }
    | { readonly kind: 'timestream'; readonly memoryHours: number; readonly magneticDays: number }
    | { readonly kind: 'url' };
  readonly model:
    | { readonly kind: 'sagemaker'; readonly instance: string; readonly instances: number }
    | { readonly kind: 'url' };
  readonly detection: {
    readonly memoryMb: number;
    readonly batchRecords: number;
    readonly batchWindowSeconds: number;
    readonly parallelization: number;
  };
  /** Series that may have a memory, and that may be stored without one; absent: any number. */
  readonly budget?: { readonly series: number; readonly strangers: number };
  readonly schedules: {
    readonly watchSilenceMinutes: number;
    readonly rescoreMinutes: number;
    readonly rescoreHours: number;
  };
  readonly archive?: {
    readonly bufferSeconds: number;
    readonly bufferMegabytes: number;
    readonly infrequentAfterDays: number;
    readonly deletedAfterDays?: number;
  };
  /** Absent: training is not deployed. */
  readonly training?: {
    readonly by: TrainingMachine;
    readonly everyDays: number;
    readonly historyDays: number;
    /** Points that a run replays at most. */
    readonly pointsMax: number;
    readonly registry?: { readonly kind: 'url' } | { readonly kind: 'sagemaker'; readonly size: string };
  };
}
