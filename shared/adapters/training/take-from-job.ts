import { DOCUMENTS } from '../../training/plan';
import type { StepRequest } from '../../training/steps/order';
import { TrainingError } from '../../training/training-error';
import { openS3Document } from '../live/s3-document';
import { openTrainingWorkspace } from './training-variables';

/** What a job leaves of each step; the last one is there when all are. */
const RESULTS = {
  train: [DOCUMENTS.outcome, DOCUMENTS.injection, DOCUMENTS.training, DOCUMENTS.model],
  evaluate: [DOCUMENTS.evaluation],
} as const;

const PLACE = /^s3:\/\/([^/]+)\/(.+?)\/?$/;

/**
 * Takes over what a training job has left where SageMaker put it. With that the step has nothing left to do but to say what
 * was found.
 *
 * @throws {TrainingError} if the job left nothing
 */
export async function takeFromJob(
  config: { readonly AWS_REGION: string; readonly TRAINING_BUCKET: string },
  { run, results = '' }: StepRequest & { readonly results?: string },
  step: keyof typeof RESULTS,
): Promise<void> {
  const workspace = openTrainingWorkspace(config);
  const [, bucket, folder] = PLACE.exec(results) ?? [];
  if (bucket === undefined) throw new TrainingError(`the job of step ${step} does not say where it left its results`);
  let taken = 0;
  for (const name of RESULTS[step]) {
    const document = openS3Document({ region: config.AWS_REGION, bucket, key: `${folder}/${name}` });
    const content = await document.read();
    document.close();
    if (content === undefined) continue;
    await workspace.write(run, name, Buffer.from(content));
    taken += 1;
  }
  if (taken === 0) throw new TrainingError(`the job of step ${step} left nothing at ${results}`);
}
