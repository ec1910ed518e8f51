import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
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
      const artifacts = `${TRAINING_KEYS.mlflow}*`;
      allow(user, ['s3:GetObject'], training.arnForObjects(artifacts));
      // Without it, that there is no artifact looks like a lack of permission.
      allow(user, ['s3:ListBucket'], training.bucketArn);
      if (use === 'register') allowPutting(user, training, artifacts);
      else training.encryptionKey?.grant(user, 'kms:Decrypt');
    },
  };
}

function byAddress(
  { uri, tokenSecret }: RegistrySettings & { readonly kind: 'url' },
  use: RegistryUse,
): Part<RegistryVariables> {
  return {
    variables: {
      MLFLOW_TRACKING_URI: uri,
      ...(tokenSecret === undefined ? {} : { MLFLOW_TRACKING_TOKEN_SECRET: tokenSecret }),
    },
    grantTo(user) {
      if (uri.startsWith('arn:')) allowAsking(user, uri, use);
      if (tokenSecret === undefined) return;
      const names = { service: 'secretsmanager', resource: 'secret', resourceName: `${tokenSecret}-??????` };
      const arn = Stack.of(user).formatArn({ ...names, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
      allow(user, ['secretsmanager:GetSecretValue'], arn);
    },
  };
}

function allowAsking(user: DeployedFunction, server: string, use: RegistryUse): void {
  const allowed = USES.slice(0, USES.indexOf(use) + 1).flatMap((one) => Object.values(MLFLOW_ACTIONS[one]).flat());
  allow(
    user,
    allowed.map((action) => `sagemaker-mlflow:${action}`),
    server,
  );
}
