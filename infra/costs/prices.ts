/**
 * Dollars by hour or month in us-east-1, before any discount: an estimate from AWS's public price pages and others' quotes of
 * them in 2026, to tell what is large from what is small. Other regions cost up to a third more.
 */
export const PRICES = {
  kinesisShardHour: 0.015,
  /** For keeping a shard's records longer than a day, up to seven. */
  kinesisLongShardHour: 0.02,
  kinesisOnDemandHour: 0.04,
  interfaceEndpointHour: 0.01,
  /** ElastiCache Serverless, Valkey; a tenth of a gigabyte is charged at least. */
  cacheGigabyteHour: 0.084,
  cacheGigabytesMin: 0.1,
  influxHour: {
    'db.influx.medium': 0.12,
    'db.influx.large': 0.24,
    'db.influx.xlarge': 0.48,
    'db.influx.2xlarge': 0.96,
  } as Readonly<Record<string, number>>,
  influxGigabyteMonth: 0.1,
  endpointHour: { 'ml.t2.medium': 0.056, 'ml.m5.large': 0.115, 'ml.m5.xlarge': 0.23 } as Readonly<
    Record<string, number>
  >,
  secretMonth: 0.4,
  keyMonth: 1,
  alarmMonth: 0.1,
} as const;

export const HOURS_A_MONTH = 730;
