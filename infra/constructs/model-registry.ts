import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { RegistrySettings } from '../config/environment';
import type { DeployedFunction } from './deployed-function';
import type { ManagedMlflow } from './managed-mlflow';
import type { Part } from './part';
import { allow, allowPutting } from './permissions';
import { TRAINING_KEYS } from './training-bucket';
import { keeping } from './training-parts';

/** What a function does with the registry: reads it, says which model is what, or registers models too. */
export type RegistryUse = 'read' | 'name' | 'register';

export interface RegistryVariables {
  readonly MLFLOW_TRACKING_URI?: string;
  readonly MLFLOW_TRACKING_TOKEN_SECRET?: string;
  readonly MLFLOW_TRACKING_USERNAME?: string;
  readonly MLFLOW_TRACKING_PASSWORD_SECRET?: string;
}

/** Of an MLflow that SageMaker manages: what our client calls, by what it is called for, and the action that lets it. */
export const MLFLOW_ACTIONS: Readonly<Record<RegistryUse, Readonly<Record<string, readonly string[]>>>> = {
  read: {
    'registered-models/get': ['GetRegisteredModel'],
    'model-versions/get': ['GetModelVersion'],
    'model-versions/search': ['SearchModelVersions'],
  },
  name: {
    'registered-models/alias': ['SetRegisteredModelAlias', 'DeleteRegisteredModelAlias'],
    'registered-models/set-tag': ['SetRegisteredModelTag'],
  },
  register: {
    'experiments/get-by-name': ['GetExperimentByName'],
    'experiments/create': ['CreateExperiment'],
    'runs/search': ['SearchRuns'],
    'runs/create': ['CreateRun'],
    'runs/log-batch': ['LogBatch'],
    'runs/log-inputs': ['LogInputs'],
    'runs/update': ['UpdateRun'],
    'registered-models/create': ['CreateRegisteredModel'],
    'model-versions/create': ['CreateModelVersion'],
  },
};
/** Who may do the one may do those before it. */
const USES: readonly RegistryUse[] = ['read', 'name', 'register'];

/**
 * The registry, as the environment has it: MLflow by its address or made here, else the training bucket.
 *
 * @param managed there if it is made here
 */
export function keepingModels(
  training: IBucket,
  registry: RegistrySettings | undefined,
  managed: ManagedMlflow | undefined,
  use: RegistryUse,
): Part<RegistryVariables> {
  if (registry === undefined) return { ...keeping(training, `${TRAINING_KEYS.registry}*`), variables: {} };
  if (registry.kind === 'url') return byAddress(registry, use);
  if (managed === undefined) throw new Error('an MLflow of SageMaker is to be used, and none is made');
  return {
    variables: { MLFLOW_TRACKING_URI: managed.arn },
    grantTo(user) {
      allowAsking(user, managed.arn, use);
      allowArtifacts(user, training, TRAINING_KEYS.mlflow, use);
    },
  };
}

type ByAddress = RegistrySettings & { readonly kind: 'url' };

function byAddress(registry: ByAddress, use: RegistryUse): Part<RegistryVariables> {
  const { uri, tokenSecret, basic, artifacts } = registry;
  if (tokenSecret !== undefined && basic !== undefined)
    throw new Error('MLflow is asked with a token or as a user, not both: leave tokenSecret or basic out of registry');
  // Many people may read what stands in templates and variables.
  if (URL.canParse(uri) && new URL(uri).username !== '')
    throw new Error(
      'user and password of MLflow stand in the uri of registry: set basic, and keep the password in a secret',
    );
  return {
    variables: {
      MLFLOW_TRACKING_URI: uri,
      ...(tokenSecret === undefined ? {} : { MLFLOW_TRACKING_TOKEN_SECRET: tokenSecret }),
      ...(basic === undefined
        ? {}
        : { MLFLOW_TRACKING_USERNAME: basic.user, MLFLOW_TRACKING_PASSWORD_SECRET: basic.passwordSecret }),
    },
    grantTo(user) {
      if (uri.startsWith('arn:')) allowAsking(user, uri, use);
      for (const secret of [tokenSecret, basic?.passwordSecret]) if (secret !== undefined) allowSecret(user, secret);
      if (artifacts !== undefined) allowArtifacts(user, bucketOf(user, artifacts), artifacts.prefix ?? '', use);
    },
  };
}

function bucketOf(user: DeployedFunction, { bucket, key }: NonNullable<ByAddress['artifacts']>): IBucket {
  return Bucket.fromBucketAttributes(user, 'MlflowArtifacts', {
    bucketName: bucket,
    ...(key === undefined ? {} : { encryptionKey: Key.fromKeyArn(user, 'MlflowKey', key) }),
  });
}

function allowSecret(user: DeployedFunction, secret: string): void {
  const names = { service: 'secretsmanager', resource: 'secret', resourceName: `${secret}-??????` };
  const arn = Stack.of(user).formatArn({ ...names, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  allow(user, ['secretsmanager:GetSecretValue'], arn);
}

function allowArtifacts(user: DeployedFunction, bucket: IBucket, prefix: string, use: RegistryUse): void {
  allow(user, ['s3:GetObject'], bucket.arnForObjects(`${prefix}*`));
  // Without it, that there is no artifact looks like a lack of permission.
  allow(user, ['s3:ListBucket'], bucket.bucketArn);
  if (use === 'register') allowPutting(user, bucket, `${prefix}*`);
  else bucket.encryptionKey?.grant(user, 'kms:Decrypt');
}

function allowAsking(user: DeployedFunction, server: string, use: RegistryUse): void {
  const allowed = USES.slice(0, USES.indexOf(use) + 1).flatMap((one) => Object.values(MLFLOW_ACTIONS[one]).flat());
  allow(
    user,
    allowed.map((action) => `sagemaker-mlflow:${action}`),
    server,
  );
}
