import { z } from 'zod';
import type { ChallengerPlace, ModelRegistry, TrainingWorkspace } from '../../training/ports';
import { CHALLENGER_FILE } from '../../training/shadow';
import { createSecrets } from '../aws/secrets';
import { createChallengerPlace } from '../live/document-challenger';
import { openS3Document } from '../live/s3-document';
import { createS3Registry } from '../registry/s3-registry';
import { openRegistry, RegistryVariables } from '../registry-variables';
import { createS3Workspace } from '../workspace/s3-workspace';

/** What the environment of a function of training says of where runs keep their documents. */
export const WorkspaceVariables = {
  /** Set by Lambda. */
  AWS_REGION: z.string(),
  /** Holds documents of runs; and models, where there is no MLflow. */
  TRAINING_BUCKET: z.string(),
} as const;

/** Of the two functions that replay the points. */
export const ReplayVariables = {
  ...WorkspaceVariables,
  /** What does the work: this function, from the archive; or a training job, whose documents it takes over. */
  TRAINS: z.enum(['here', 'in-a-job']).default('here'),
} as const;

interface Workspace {
  readonly AWS_REGION: string;
  readonly TRAINING_BUCKET: string;
}

export function openTrainingWorkspace({ AWS_REGION: region, TRAINING_BUCKET: bucket }: Workspace): TrainingWorkspace {
  return createS3Workspace({ region, bucket });
}

/** Of functions that ask for models, or keep them. */
export const ModelVariables = { ...WorkspaceVariables, ...RegistryVariables.shape, AWS_REGION: z.string() } as const;

const ModelSchema = z.object(ModelVariables);

/** MLflow where the environment names one; else the training bucket. */
export async function openModels(variables: z.output<typeof ModelSchema>): Promise<ModelRegistry> {
  const { AWS_REGION: region, TRAINING_BUCKET: bucket, MLFLOW_TRACKING_URI } = variables;
  if (MLFLOW_TRACKING_URI === undefined) return createS3Registry({ region, bucket });
  return openRegistry(variables, { secrets: createSecrets({ region }) });
}

/** The challenger's document, which detection looks for beside the settings. */
export const ChallengerVariables = { SETTINGS_BUCKET: z.string() } as const;

export function openChallenger(region: string, bucket: string): ChallengerPlace {
  return createChallengerPlace(openS3Document({ region, bucket, key: CHALLENGER_FILE }));
}
