import { z } from 'zod';
import type { ModelDeployment } from '../../training/ports';
import { createPointerDeployment } from '../live/pointer-deployment';
import { openS3Document } from '../live/s3-document';
import { liveModelIn } from '../registry/live-model-file';
import { createEndpointDeployment } from '../sagemaker/endpoint-deployment';

/** What a function's environment says of where models are put live. */
export const DeploymentVariables = z.discriminatedUnion('DEPLOYMENT', [
  z.object({
    /** A SageMaker endpoint. */
    DEPLOYMENT: z.literal('endpoint'),
    ENDPOINT_NAME: z.string(),
    MODEL_IMAGE: z.string(),
    MODEL_ROLE_ARN: z.string(),
    /** Parameter that names the endpoint configuration which scores. */
    LIVE_MODEL_PARAMETER: z.string(),
    /** Names of alarms, by comma: while one fires the endpoint goes back. */
    ROLLBACK_ALARMS: z.string().min(1),
  }),
  z.object({
    /** A model server that is there already: `live/live.json` of the training bucket, for it to follow. */
    DEPLOYMENT: z.literal('document'),
  }),
]);

/** What keys of models that an endpoint loads begin with: they outlive the documents of their runs. */
export const SERVED_PREFIX = 'served/';
export const LIVE_KEY = 'live/live.json';

export function openDeployment(
  variables: z.output<typeof DeploymentVariables>,
  region: string,
  bucket: string,
): ModelDeployment {
  if (variables.DEPLOYMENT === 'document')
    return createPointerDeployment(liveModelIn(openS3Document({ region, bucket, key: LIVE_KEY })));
  const { ENDPOINT_NAME, MODEL_IMAGE, MODEL_ROLE_ARN, LIVE_MODEL_PARAMETER, ROLLBACK_ALARMS } = variables;
  return createEndpointDeployment({
    region,
    endpointName: ENDPOINT_NAME,
    image: MODEL_IMAGE,
    roleArn: MODEL_ROLE_ARN,
    pointer: LIVE_MODEL_PARAMETER,
    alarms: ROLLBACK_ALARMS.split(','),
    served: (run) => ({
      document: openS3Document({ region, bucket, key: `${SERVED_PREFIX}${run}/model.json` }),
      prefix: `s3://${bucket}/${SERVED_PREFIX}${run}/`,
    }),
  });
}
