import { HOURS_A_MONTH, PRICES, priceOf } from '../../shared/costs/prices';

/** A resource of a template, as far as it has a price when nothing happens. */
export interface PricedResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What prices depend on, of all types. */
interface Sizes {
  readonly VpcEndpointType?: string;
  readonly SubnetIds?: readonly unknown[];
  readonly DbInstanceType?: string;
  readonly AllocatedStorage?: number;
  readonly DeploymentType?: string;
  readonly ProductionVariants?: readonly { readonly InstanceType: string; readonly InitialInstanceCount: number }[];
  readonly StreamModeDetails?: { readonly StreamMode?: string };
  readonly TrackingServerSize?: string;
  readonly ShardCount?: number;
  readonly RetentionPeriodHours?: number;
}

type Price = (sizes: Sizes) => number;

/** Dollars a month of one resource of a type; all other types cost nothing as long as they are not used. */
const PRICED: Readonly<Record<string, { readonly part: string; readonly price: Price }>> = {
  'AWS::Kinesis::Stream': { part: 'stream (Kinesis)', price: streamPrice },
  'AWS::EC2::VPCEndpoint': {
    part: 'endpoints in the VPC',
    price: ({ VpcEndpointType, SubnetIds = [] }) =>
      VpcEndpointType === 'Interface' ? HOURS_A_MONTH * PRICES.interfaceEndpointHour * SubnetIds.length : 0,
  },
  'AWS::ElastiCache::ServerlessCache': {
    part: 'states (ElastiCache)',
    price: () => HOURS_A_MONTH * PRICES.cacheGigabyteHour * PRICES.cacheGigabytesMin,
  },
  'AWS::Timestream::InfluxDBInstance': {
    part: 'store (Timestream for InfluxDB)',
    price: ({ DbInstanceType = '', AllocatedStorage = 0, DeploymentType }) =>
      (DeploymentType === 'WITH_MULTIAZ_STANDBY' ? 2 : 1) *
      (HOURS_A_MONTH * priceOf(PRICES.influxHour, DbInstanceType) + PRICES.influxGigabyteMonth * AllocatedStorage),
  },
  'AWS::SageMaker::EndpointConfig': {
    part: 'model (SageMaker)',
    price: ({ ProductionVariants = [] }) =>
      ProductionVariants.reduce(
        (sum, { InstanceType, InitialInstanceCount }) =>
          sum + HOURS_A_MONTH * priceOf(PRICES.endpointHour, InstanceType) * InitialInstanceCount,
        0,
      ),
  },
  'AWS::SageMaker::MlflowTrackingServer': {
    part: 'registry (SageMaker MLflow)',
    price: ({ TrackingServerSize = '' }) => HOURS_A_MONTH * priceOf(PRICES.mlflowHour, TrackingServerSize),
  },
  'AWS::SecretsManager::Secret': { part: 'secrets', price: () => PRICES.secretMonth },
  'AWS::KMS::Key': { part: 'own key (KMS)', price: () => PRICES.keyMonth },
  'AWS::CloudWatch::Dashboard': { part: 'dashboard', price: () => PRICES.dashboardMonth },
  'AWS::CloudWatch::Alarm': { part: 'alarms', price: () => PRICES.alarmMonth },
};

/** Dollars a month of a template in which nothing happens, by part. @throws {Error} for an instance without a price */
export function costAtRest(resources: Readonly<Record<string, PricedResource>>): ReadonlyMap<string, number> {
  const costs = new Map<string, number>();
  for (const { Type, Properties = {} } of Object.values(resources)) {
    const priced = PRICED[Type];
    if (priced === undefined) continue;
    const { part, price } = priced;
    costs.set(part, (costs.get(part) ?? 0) + price(Properties));
  }
  return costs;
}

function streamPrice({ StreamModeDetails, ShardCount = 1, RetentionPeriodHours = 24 }: Sizes): number {
  if (StreamModeDetails?.StreamMode === 'ON_DEMAND') return HOURS_A_MONTH * PRICES.kinesisOnDemandHour;
  const longer = RetentionPeriodHours > 24 ? PRICES.kinesisLongShardHour : 0;
  return HOURS_A_MONTH * ShardCount * (PRICES.kinesisShardHour + longer);
}
