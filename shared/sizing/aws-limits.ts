import { INFLUX_SERIES_MAX } from '../costs/capacity';

/** What a part takes at most, and who says so. */
export interface PartLimit {
  /** As AWS's console of quotas names it, where it is one. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /**
   * `quota`: of an account and region, raised on request; `fixed`: of one cache or one database; `advised`: what AWS advises against;
   * `code`: a number of this project.
   */
  readonly kind: 'quota' | 'fixed' | 'advised' | 'code';
  /** A page of AWS, or a file. */
  readonly source: string;
  /** What is not sure about it; absent: the page says it. */
  readonly uncertain?: string;
}

/** When the pages were read, as copies of them; no account was asked. */
export const LIMITS_OF = '2026-11-30';

const AWS = 'https://docs.aws.amazon.com';
const KINESIS = `${AWS}/streams/latest/dev/service-sizes-and-limits.html`;
const ELASTICACHE = `${AWS}/AmazonElastiCache/latest/dg/RedisConfiguration.html`;
const INFLUX = `${AWS}/timestream/latest/developerguide`;
const ALERT_FUNCTIONS = 'infra/constructs/alert-functions.ts';

/** Where a default differs by region or account, the least of them. */
export const LIMITS = {
  shards: {
    ...{ name: 'Kinesis: Shards per Region', value: 1_000, unit: 'shards', kind: 'quota', source: KINESIS },
    uncertain:
      '20,000 in N. Virginia, Oregon and Ireland, elsewhere 1,000 or 6,000; older copies of the page say 500 and 200',
  },
  concurrency: {
    ...{ name: 'Lambda: Concurrent executions', value: 1_000, unit: 'at once', kind: 'quota' },
    source: `${AWS}/lambda/latest/dg/gettingstarted-limits.html`,
    uncertain: 'new accounts have fewer until they are used',
  },
  cacheWork: {
    ...{ name: 'ElastiCache Serverless: ECPU per cache', value: 15_000_000, unit: 'ECPU/s', kind: 'fixed' },
    source: ELASTICACHE,
  },
  cacheSlot: {
    ...{ name: 'ElastiCache Serverless: ECPU per slot', value: 30_000, unit: 'ECPU/s', kind: 'fixed' },
    source: ELASTICACHE,
  },
  cacheSize: {
    ...{ name: 'ElastiCache Serverless: size per cache', value: 5_000, unit: 'GB', kind: 'fixed' },
    source: ELASTICACHE,
  },
  cacheClients: {
    ...{ name: 'ElastiCache Serverless: maxclients', value: 65_000, unit: 'connections', kind: 'fixed' },
    source: ELASTICACHE,
  },
  influxSeries: {
    ...{ name: 'Timestream for InfluxDB: series', value: INFLUX_SERIES_MAX, unit: 'series', kind: 'advised' },
    source: `${INFLUX}/timestream-influxdb-target.html`,
    uncertain: 'AWS says that beyond it another store is to be considered; it refuses nothing',
  },
  influxVcpus: {
    ...{ name: 'Timestream for InfluxDB: db.influx.16xlarge', value: 64, unit: 'vCPU', kind: 'fixed' },
    source: `${INFLUX}/supported-instance-types.html`,
  },
  influxGigabytes: {
    ...{ name: 'Timestream for InfluxDB: allocated storage', value: 16_384, unit: 'GB', kind: 'fixed' },
    source: `${AWS}/AWSCloudFormation/latest/TemplateReference/aws-resource-timestream-influxdbinstance.html`,
    uncertain: 'the API of listing instances says 15,360',
  },
  endpoint: {
    ...{ name: 'SageMaker: instances of the type for endpoint usage', value: 4, unit: 'instances', kind: 'quota' },
    source: `${AWS}/general/latest/gr/sagemaker.html`,
    uncertain: 'differs by account: 0 in many new ones, for ml.m5.large 4 in others',
  },
  topics: {
    ...{ name: 'SNS: messages published per second', value: 300, unit: 'a second', kind: 'quota' },
    source: `${AWS}/general/latest/gr/sns.html`,
    uncertain: 'by region: 30,000 in N. Virginia, 300 in the smallest',
  },
  table: {
    ...{ name: 'DynamoDB: table-level write throughput', value: 40_000, unit: 'units a second', kind: 'quota' },
    source: `${AWS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  },
  logs: {
    ...{ name: 'CloudWatch Logs: PutLogEvents', value: 5_000, unit: 'calls a second', kind: 'quota' },
    source: `${AWS}/general/latest/gr/cwl_region.html`,
  },
  trainingJob: {
    ...{ name: 'SageMaker: longest run time for a training job', value: 120, unit: 'hours', kind: 'quota' },
    source: `${AWS}/general/latest/gr/sagemaker.html`,
    uncertain: 'could not be read when this was written; up to 28 days on request',
  },
  routers: { name: 'ROUTERS', value: 1, unit: 'busy', kind: 'code', source: ALERT_FUNCTIONS },
  senders: { name: 'SENDERS', value: 1, unit: 'busy', kind: 'code', source: ALERT_FUNCTIONS },
} as const satisfies Readonly<Record<string, PartLimit>>;
