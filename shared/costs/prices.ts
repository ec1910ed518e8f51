/** When the prices below were looked up. */
export const PRICES_OF = '2026-11-29';
export const PRICES_REGION = 'us-east-1';
/** What most prices of another region lie above those of us-east-1, at most: AWS's pages, and others' quotes of them. */
export const OTHER_REGION_FACTOR_MAX = 1.33;

/**
 * Dollars in us-east-1, before any discount or free tier: an estimate from AWS's public price pages and others' quotes of them in 2026,
 * to tell what is large from what is small.
 */
export const PRICES = {
  kinesisShardHour: 0.015,
  /** For keeping a shard's records longer than a day, up to seven. */
  kinesisLongShardHour: 0.02,
  /** 25 kB of a record, each begun one. */
  kinesisPutUnit: 0.014e-6,
  kinesisOnDemandHour: 0.04,
  /** Records are rounded up to whole kilobytes. */
  kinesisOnDemandGigabyteIn: 0.08,
  kinesisOnDemandGigabyteOut: 0.04,
  /** On demand, for keeping longer than a day. */
  kinesisOnDemandLongGigabyteMonth: 0.1,
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** ElastiCache Serverless, Valkey; a tenth of a gigabyte is charged at least. */
  cacheGigabyteHour: 0.084,
  cacheGigabytesMin: 0.1,
  cacheEcpu: 0.0023e-6,
  /** From 4xlarge on not looked up, but in proportion to vCPUs, as the smaller ones are. */
  influxHour: {
    'db.influx.medium': 0.12,
    'db.influx.large': 0.24,
    'db.influx.xlarge': 0.48,
    'db.influx.2xlarge': 0.96,
    'db.influx.4xlarge': 1.92,
    'db.influx.8xlarge': 3.84,
    'db.influx.12xlarge': 5.76,
    'db.influx.16xlarge': 7.68,
  } as Readonly<Record<string, number>>,
  influxGigabyteMonth: 0.1,
  /** LiveAnalytics: a kilobyte written, each begun one; a gigabyte of its stores. */
  liveAnalyticsWrite: 0.5e-6,
  liveAnalyticsMemoryGigabyteHour: 0.036,
  liveAnalyticsMagneticGigabyteMonth: 0.03,
  endpointHour: { 'ml.t2.medium': 0.056, 'ml.m5.large': 0.115, 'ml.m5.xlarge': 0.23 } as Readonly<
    Record<string, number>
  >,
  trainingHour: 0.115,
  /** Of a job's disk, while it runs: that of general storage; not looked up. */
  trainingGigabyteMonth: 0.14,
  /** A tracking server that SageMaker manages, by its size. */
  mlflowHour: { Small: 0.6, Medium: 1.2, Large: 2.4 } as Readonly<Record<string, number>>,
  stateTransition: 0.025e-3,
  /** A record is rounded up to whole five kilobytes. */
  firehoseGigabyte: 0.029,
  s3GigabyteMonth: 0.023,
  s3InfrequentGigabyteMonth: 0.0125,
  s3Put: 0.005e-3,
  snsPublish: 0.5e-6,
  sqsRequest: 0.4e-6,
  dynamoWrite: 0.625e-6,
  dynamoRead: 0.125e-6,
  logGigabyte: 0.5,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  traceRecorded: 5e-6,
  interfaceEndpointHour: 0.01,
  interfaceEndpointGigabyte: 0.01,
  natHour: 0.045,
  natGigabyte: 0.045,
  zoneGigabyte: 0.01,
  secretMonth: 0.4,
  keyMonth: 1,
  keyRequest: 0.03e-4,
} as const;

export const HOURS_A_MONTH = 730;
export const SECONDS_A_MONTH = HOURS_A_MONTH * 3_600;
export const GIGABYTE = 2 ** 30;

/** @throws {Error} for a name that has no price */
export function priceOf(prices: Readonly<Record<string, number>>, name: string): number {
  const price = prices[name];
  if (price === undefined)
    throw new Error(`there is no price for ${name}; shared/costs/prices.ts has those of ${PRICES_OF}`);
  return price;
}
