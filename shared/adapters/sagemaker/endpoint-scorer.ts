import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { FEATURE_SCHEMA_VERSION } from '../../detection/model';
import { type ScoredBatch, type Scorer, TransientFault } from '../../detection/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { withRetries } from '../with-retries';
import { encodeAttributes } from './custom-attributes';
import { readAnswer } from './endpoint-answer';
import { classifiedFault } from './endpoint-faults';
import { type EncodedRows, splitByBytes } from './split-rows';

export interface EndpointScorerOptions extends Partial<AwsClientOptions> {
  readonly endpointName: string;
  readonly region: string;
  /** Bytes of one call's body; SageMaker takes 6 MB. */
  readonly payloadBytesMax?: number;
  /** For all calls that one batch needs, with their retries. */
  readonly timeoutMs?: number;
}

export interface EndpointScorer extends Scorer {
  close(): void;
}

const DEFAULTS = { payloadBytesMax: 5_000_000, concurrency: 4, attemptTimeoutMs: 2_000, timeoutMs: 5_000 };

/**
 * A model behind a SageMaker endpoint: vectors go as text/csv, one row each; scores come back as rows `anomaly,alarm`, with
 * schema and model version in the custom attributes. What exceeds the payload limit is split over several calls. A call that
 * is throttled, fails in the model, times out or does not reach the endpoint is tried again as long as there is time.
 *
 * `score` rejects with a TransientFault when no try succeeded, with {@link EndpointRefusal} when the endpoint says no, and
 * with {@link EndpointMismatch} when the answer does not fit the question.
 */
export function createEndpointScorer(options: EndpointScorerOptions): EndpointScorer {
  const settings = { ...DEFAULTS, ...options };
  const client = new SageMakerRuntimeClient({ ...awsClientConfig(settings), authSchemePreference: [] });
  return {
    async score(vectors, withinMs = settings.timeoutMs) {
      if (vectors.length === 0) return { scores: [], model: 'none' };
      const deadline = performance.now() + Math.min(withinMs, settings.timeoutMs);
      const call: Call = (part, giveUp) => invokeUntil(deadline, client, settings, part, giveUp);
      return joined(await callAll(splitByBytes(vectors, settings.payloadBytesMax), settings.concurrency, call));
    },
    close: () => client.destroy(),
  };
}

type Settings = EndpointScorerOptions & typeof DEFAULTS;

type Call = (part: EncodedRows, giveUp: AbortSignal) => Promise<ScoredBatch>;

/** In order, some at a time; the first failure ends the others. */
async function callAll(parts: readonly EncodedRows[], concurrency: number, call: Call): Promise<ScoredBatch[]> {
  const answers: ScoredBatch[] = new Array(parts.length);
  const giveUp = new AbortController();
  let next = 0;
  const worker = async () => {
    while (next < parts.length && !giveUp.signal.aborted) {
      const mine = next++;
      answers[mine] = await call(parts[mine]!, giveUp.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, parts.length) }, worker));
  } catch (error) {
    giveUp.abort();
    throw error;
  }
  return answers;
}

/** Tries until there is an answer, a refusal, or no time for another try. */
function invokeUntil(
  deadline: number,
  client: SageMakerRuntimeClient,
  settings: Settings,
  part: EncodedRows,
  giveUp: AbortSignal,
): Promise<ScoredBatch> {
  const { attemptTimeoutMs } = settings;
  const retries = { part: 'endpoint', timeoutMs: deadline - performance.now(), attemptTimeoutMs };
  return withRetries(retries, async (timeoutMs) => {
    if (giveUp.aborted) throw new TransientFault('endpoint', 'another call of the same batch failed');
    // Timers take whole milliseconds only.
    return invoke(client, settings.endpointName, part, Math.max(1, Math.ceil(timeoutMs)), giveUp);
  });
}

async function invoke(
  client: SageMakerRuntimeClient,
  endpointName: string,
  { body, rows }: EncodedRows,
  timeoutMs: number,
  giveUp: AbortSignal,
): Promise<ScoredBatch> {
  const command = new InvokeEndpointCommand({
    EndpointName: endpointName,
    ContentType: 'text/csv',
    Accept: 'text/csv',
    CustomAttributes: encodeAttributes({ schema: FEATURE_SCHEMA_VERSION }),
    Body: Buffer.from(body),
  });
  const abortSignal = AbortSignal.any([giveUp, AbortSignal.timeout(timeoutMs)]);
  const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
    throw classifiedFault(error, endpointName, timeoutMs);
  });
  return readAnswer(endpointName, answer, rows);
}

function joined(answers: readonly ScoredBatch[]): ScoredBatch {
  const { model } = answers[0]!;
  if (answers.some((answer) => answer.model !== model)) {
    throw new TransientFault('endpoint', 'the model changed between the calls of one batch');
  }
  return { scores: answers.length === 1 ? answers[0]!.scores : answers.flatMap(({ scores }) => scores), model };
}
