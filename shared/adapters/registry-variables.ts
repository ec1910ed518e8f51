import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../runtime/config';
import type { LiveModelPointer, ModelRegistry } from '../training/ports';
import type { Secrets } from './aws/secrets';
import { LIVE_FILE, openFolderRegistry } from './registry/folder-registry';
import { openLiveModelFile } from './registry/live-model-file';
import { openMlflowRegistry } from './registry/mlflow/mlflow-registry';
import { type MlflowAccess, mlflowTarget } from './registry/mlflow/mlflow-target';

/** What an environment says of the registry of models. MLflow's variables are those of its own clients. */
export const RegistryVariables = z.object({
  /** Address of an MLflow server, or the ARN of a managed one; absent: a folder. */
  MLFLOW_TRACKING_URI: z.string().optional(),
  MLFLOW_EXPERIMENT_NAME: z.string().min(1).max(250).default('tidewatch'),
  MLFLOW_TRACKING_USERNAME: z.string().optional(),
  MLFLOW_TRACKING_PASSWORD: z.string().optional(),
  MLFLOW_TRACKING_TOKEN: z.string().optional(),
  /** Which secret holds the password or the token, for functions, whose variables many people may read. */
  MLFLOW_TRACKING_PASSWORD_SECRET: z.string().optional(),
  MLFLOW_TRACKING_TOKEN_SECRET: z.string().optional(),
  /** Of managed servers, instead of the region's own. */
  SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT: z.string().optional(),
  /** Name of the registered model. */
  MODEL_NAME: z
    .string()
    .regex(/^[\w .-]{1,100}$/, 'must be letters, digits, spaces and _ . -')
    .default('tidewatch'),
  /** Of buckets that MLflow keeps artifacts in. */
  AWS_REGION: z.string().default('us-east-1'),
});
export type RegistryEnvironment = z.output<typeof RegistryVariables>;

export interface RegistryOptions {
  /** Where models are without MLflow; absent: MLflow must be there. */
  readonly folder?: string;
  /** Reads what the variables that end in _SECRET name. */
  readonly secrets?: Secrets;
}

/**
 * Opens what the environment describes.
 * @throws {ConfigError} that names the variable that is wrong, and holds nothing of its value
 */
export async function openRegistry(
  variables: RegistryEnvironment,
  { folder, secrets }: RegistryOptions,
): Promise<ModelRegistry> {
  const { MLFLOW_TRACKING_URI: uri, MODEL_NAME: modelName, AWS_REGION: region } = variables;
  if (uri !== undefined) {
    const target = mlflowTarget(uri, await accessOf(variables, secrets));
    return openMlflowRegistry({ target, modelName, experimentName: variables.MLFLOW_EXPERIMENT_NAME, region });
  }
  if (folder === undefined) throw new ConfigError('MLFLOW_TRACKING_URI is not set: there is no registry of models');
  return openFolderRegistry(folder);
}

/** The live model of one machine: in its folder of models, whichever registry says who is champion. */
export function openLiveModel(folder: string): LiveModelPointer {
  return openLiveModelFile(path.join(folder, LIVE_FILE));
}

async function accessOf(variables: RegistryEnvironment, secrets: Secrets | undefined): Promise<MlflowAccess> {
  const kept = async (name: 'MLFLOW_TRACKING_PASSWORD_SECRET' | 'MLFLOW_TRACKING_TOKEN_SECRET') => {
    const reference = variables[name];
    if (reference === undefined) return undefined;
    if (secrets === undefined)
      throw new ConfigError(`${name} is for deployed functions; set ${name.replace('_SECRET', '')}`);
    return secrets(reference);
  };
  return {
    username: variables.MLFLOW_TRACKING_USERNAME,
    password: variables.MLFLOW_TRACKING_PASSWORD ?? (await kept('MLFLOW_TRACKING_PASSWORD_SECRET')),
    token: variables.MLFLOW_TRACKING_TOKEN ?? (await kept('MLFLOW_TRACKING_TOKEN_SECRET')),
    endpointUrl: variables.SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT,
  };
}
