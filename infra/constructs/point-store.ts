import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnDatabase, CfnInfluxDBInstance, CfnTable } from 'aws-cdk-lib/aws-timestream';
import { Construct } from 'constructs';
import type { Environment, StoreSettings } from '../config/environment';
import type { DeployedFunction } from './deployed-function';
import type { InfluxTokenProps } from './influx-token';
import type { Network } from './network';
import { type Part, plain } from './part';
import { allow, allowPutting } from './permissions';
import { allowReading } from './secret-access';

export type StoreVariables =
  | {
      readonly STORE: 'influx';
      readonly INFLUX_URL: string;
      readonly INFLUX_TOKEN_SECRET?: string;
      /** Nobody reads it: it changes with the token, so that functions start anew and take the new one. */
      readonly INFLUX_TOKEN_REVISION?: string;
    }
  | { readonly STORE: 'timestream'; readonly TIMESTREAM_DATABASE: string };

/** A store, with what must be made in it before functions can use it. */
export interface PointStore extends Part<StoreVariables> {
  readonly token?: InfluxTokenProps;
}

export interface PointStoreProps {
  readonly network: Network | undefined;
  readonly key: IKey | undefined;
  /** Where reports go of rows that the store has taken and then not kept. */
  readonly rejected: IBucket;
}

/** The time-series store, as the environment has it. */
export function pointStore(
  scope: Construct,
  environment: Environment,
  { network, key, rejected }: PointStoreProps,
): PointStore {
  const { store } = environment;
  if (store.kind === 'url') return influxByUrl(scope, store);
  if (store.kind === 'timestream') return new LiveAnalytics(scope, 'Store', environment, store, rejected, key);
  if (network === undefined) throw new Error(`${environment.name}: Timestream for InfluxDB needs a network`);
  return new ManagedInflux(scope, 'Store', environment, store, network, key);
}

function influxByUrl(scope: Construct, { url, tokenSecret }: StoreSettings & { kind: 'url' }): Part<StoreVariables> {
  if (tokenSecret === undefined) return plain({ STORE: 'influx', INFLUX_URL: url });
  const secret = Secret.fromSecretNameV2(scope, 'StoreToken', tokenSecret);
  return {
    variables: { STORE: 'influx', INFLUX_URL: url, INFLUX_TOKEN_SECRET: tokenSecret },
    grantTo: (user) => allowReading(user, secret),
  };
}

const ORGANIZATION = 'tidewatch';
const BUCKET = 'points';
const INFLUX_PORT = 8086;

/** Timestream for InfluxDB in the isolated subnets. */
class ManagedInflux extends Construct implements PointStore {
  readonly variables: StoreVariables;
  readonly token: InfluxTokenProps;

  constructor(
    scope: Construct,
    id: string,
    { name, data }: Environment,
    settings: StoreSettings & { readonly kind: 'timestream-influx' },
    network: Network,
    key: IKey | undefined,
  ) {
    super(scope, id);
    const removalPolicy = data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    // What opens data that are kept is kept with them.
    const common = { removalPolicy, ...(key === undefined ? {} : { encryptionKey: key }) };
    const login = new Secret(this, 'Login', {
      description: `First user of the InfluxDB of ${name}`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'tidewatch' }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
      ...common,
    });
    const token = new Secret(this, 'Token', {
      description: `Token of the InfluxDB of ${name}, by which functions read and write ${BUCKET}`,
      ...common,
    });
    const instance = new CfnInfluxDBInstance(this, 'Instance', {
      name: `tidewatch-${name}`,
      username: login.secretValueFromJson('username').unsafeUnwrap(),
      password: login.secretValueFromJson('password').unsafeUnwrap(),
      organization: ORGANIZATION,
      bucket: BUCKET,
      dbInstanceType: settings.instance,
      dbStorageType: 'InfluxIOIncludedT1',
      allocatedStorage: settings.gigabytes,
      deploymentType: settings.standby ? 'WITH_MULTIAZ_STANDBY' : 'SINGLE_AZ',
      publiclyAccessible: false,
      vpcSubnetIds: network.subnets.map(({ subnetId }) => subnetId),
      vpcSecurityGroupIds: [network.serverGroup(this, 'Group', 'Time-series store', [INFLUX_PORT]).securityGroupId],
    });
    instance.applyRemovalPolicy(removalPolicy);
    const url = Fn.join('', ['https://', instance.attrEndpoint, `:${INFLUX_PORT}`]);
    const revision = String(settings.tokenRevision ?? 1);
    const { retentionDays } = settings;
    this.token = { url, organization: ORGANIZATION, bucket: BUCKET, login, token, revision, retentionDays };
    this.variables = {
      STORE: 'influx',
      INFLUX_URL: `${url}/?org=${ORGANIZATION}&bucket=${BUCKET}`,
      INFLUX_TOKEN_SECRET: token.secretArn,
      INFLUX_TOKEN_REVISION: revision,
    };
  }

  grantTo(user: DeployedFunction): void {
    allowReading(user, this.token.token);
  }
}

/** Prefix of reports; the service adds names of database and table. */
const REPORTS = 'timestream';

/** Timestream for LiveAnalytics. What it finds wrong with late points after it has taken them, it reports to a bucket. */
class LiveAnalytics extends Construct implements Part<StoreVariables> {
  readonly variables: StoreVariables;
  private readonly tables: readonly CfnTable[];

  constructor(
    scope: Construct,
    id: string,
    { name, data }: Environment,
    { memoryHours, magneticDays }: StoreSettings & { readonly kind: 'timestream' },
    private readonly rejected: IBucket,
    key: IKey | undefined,
  ) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', {
      databaseName: `tidewatch-${name}`,
      ...(key === undefined ? {} : { kmsKeyId: key.keyId }),
    });
    this.tables = ['points', 'anomalies'].map(
      (table) =>
        new CfnTable(this, table, {
          databaseName: database.ref,
          tableName: table,
          retentionProperties: {
            MemoryStoreRetentionPeriodInHours: String(memoryHours),
            MagneticStoreRetentionPeriodInDays: String(magneticDays),
          },
          magneticStoreWriteProperties: {
            EnableMagneticStoreWrites: true,
            MagneticStoreRejectedDataLocation: {
              S3Configuration: {
                BucketName: rejected.bucketName,
                ObjectKeyPrefix: REPORTS,
                ...(key === undefined
                  ? { EncryptionOption: 'SSE_S3' }
                  : { EncryptionOption: 'SSE_KMS', KmsKeyId: key.keyArn }),
              },
            },
          },
        }),
    );
    for (const kept of [database, ...this.tables]) {
      kept.applyRemovalPolicy(data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    }
    this.variables = { STORE: 'timestream', TIMESTREAM_DATABASE: Stack.of(this).resolve(database.databaseName) };
  }

  grantTo(user: DeployedFunction): void {
    for (const { attrArn } of this.tables) allow(user, ['timestream:WriteRecords', 'timestream:Select'], attrArn);
    // Reports are written with the permissions of whoever wrote the rows.
    allowPutting(user, this.rejected, `${REPORTS}/*`);
    allow(user, ['s3:GetBucketAcl'], this.rejected.bucketArn);
    // The one call that the service knows no resource for.
    allow(user, ['timestream:DescribeEndpoints'], '*');
  }
}
