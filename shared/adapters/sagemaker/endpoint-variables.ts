import { z } from 'zod';
import { createEndpointScorer, type EndpointScorer } from './endpoint-scorer';

/** What a function's environment says of the endpoint that scores. */
export const EndpointVariables = {
  /** Set by Lambda. */
  AWS_REGION: z.string().default('local'),
  /** Name of the SageMaker endpoint that scores. */
  ENDPOINT_NAME: z.string(),
  /** Where the endpoint is, if not at AWS. It then gets dummy credentials, never the user's. */
  SAGEMAKER_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  /** How long one call of the endpoint may take, in milliseconds. */
  SCORE_TIMEOUT_MS: z.coerce.number().int().min(1).default(2_000),
  /** How long scoring a batch may take with all its calls and retries, in milliseconds. */
  SCORE_BUDGET_MS: z.coerce.number().int().min(1).default(5_000),
} as const;

const Schema = z.object(EndpointVariables);

/** The scorer that they describe. An endpoint that is not at AWS gets dummy credentials: the user's own never leave for it. */
export function openEndpoint(variables: z.output<typeof Schema>): EndpointScorer {
  const { AWS_REGION, ENDPOINT_NAME, SAGEMAKER_URL, SCORE_TIMEOUT_MS, SCORE_BUDGET_MS } = variables;
  return createEndpointScorer({
    endpointName: ENDPOINT_NAME,
    region: AWS_REGION,
    attemptTimeoutMs: SCORE_TIMEOUT_MS,
    timeoutMs: SCORE_BUDGET_MS,
    ...(SAGEMAKER_URL === undefined ? {} : { endpointUrl: SAGEMAKER_URL }),
  });
}
