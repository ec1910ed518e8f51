import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import { CfnServerlessCache, CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Environment, StatesSettings } from '../config/environment';
import { CACHE_ACCESS, CACHE_USER } from './cache-access';
import type { DeployedFunction } from './deployed-function';
import type { Network } from './network';
import { type Part, plain } from './part';
import { allowReading } from './secret-access';

export interface StatesVariables {
  readonly REDIS_URL: string;
  readonly REDIS_CLUSTER?: 'true' | 'false';
  readonly REDIS_PASSWORD_SECRET?: string;
}

/** Where the states of sources are, as the environment has it. */
export function sourceStates(
  scope: Construct,
  environment: Environment,
  network: Network | undefined,
  key: IKey | undefined,
): Part<StatesVariables> {
  const { states } = environment;
  if (states.kind === 'url') return plain({ REDIS_URL: states.url });
  if (network === undefined) throw new Error(`${environment.name}: ElastiCache needs a network`);
  return new StatesCache(scope, 'States', environment, states, network, key);
}

const PORTS = [6379, 6380] as const;

/** ElastiCache Serverless, engine Valkey: TLS, one user with a generated password. */
class StatesCache extends Construct implements Part<StatesVariables> {
  readonly variables: Required<StatesVariables>;
  private readonly password: Secret;

  constructor(
    scope: Construct,
    id: string,
    { name: environment, data }: Environment,
    settings: StatesSettings & { readonly kind: 'elasticache' },
    network: Network,
    key: IKey | undefined,
  ) {
    super(scope, id);
    const removalPolicy = data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.password = new Secret(this, 'Password', {
      description: `Password of the user ${CACHE_USER} of the cache of ${environment}`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
      ...(key === undefined ? {} : { encryptionKey: key }),
    });
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `tidewatch-${environment}`,
      userName: CACHE_USER,
      accessString: CACHE_ACCESS,
      // A dynamic reference: the template holds no password.
      passwords: [this.password.secretValue.unsafeUnwrap()],
    });
    const users = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `tidewatch-${environment}`,
      userIds: [user.ref],
    });
    const cache = new CfnServerlessCache(this, 'Cache', {
      engine: 'valkey',
      majorEngineVersion: '8',
      serverlessCacheName: `tidewatch-${environment}`,
      description: 'States of sources',
      securityGroupIds: [network.serverGroup(this, 'Group', 'Cache of source states', PORTS).securityGroupId],
      subnetIds: network.subnets.map(({ subnetId }) => subnetId),
      userGroupId: users.ref,
      cacheUsageLimits: {
        dataStorage: { unit: 'GB', maximum: settings.gigabytesMax },
        ecpuPerSecond: { maximum: settings.ecpuPerSecondMax },
      },
      ...(settings.snapshotDays === 0
        ? {}
        : { snapshotRetentionLimit: settings.snapshotDays, dailySnapshotTime: '03:00' }),
      ...(key === undefined ? {} : { kmsKeyId: key.keyId }),
    });
    // The cache with who may open it.
    for (const kept of [user, users, cache]) kept.applyRemovalPolicy(removalPolicy);
    this.variables = {
      REDIS_URL: Fn.join('', [`rediss://${CACHE_USER}@`, cache.attrEndpointAddress, ':', cache.attrEndpointPort]),
      REDIS_CLUSTER: 'true',
      REDIS_PASSWORD_SECRET: this.password.secretArn,
    };
  }

  grantTo(user: DeployedFunction): void {
    allowReading(user, this.password);
  }
}
