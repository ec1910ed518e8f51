import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Again, withRetries } from '../with-retries';

/** The work of a custom resource: makes what is asked for true. Deletion asks for nothing. */
export type MakeTrue = (properties: Readonly<Record<string, unknown>>) => Promise<void>;

const REASON_CHARS_MAX = 1_000;

/**
 * Does the work and tells CloudFormation how it ended: a deployment that is not told waits for an hour. Never rejects for what
 * the work rejects with; rejects if CloudFormation cannot be told.
 *
 * @param physicalId stays the same as long as the same thing is meant
 * @param log name of the log stream, for whoever reads of the failure
 */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  { physicalId, log, work }: { readonly physicalId: string; readonly log: string; readonly work: MakeTrue },
): Promise<void> {
  const { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const failure = RequestType === 'Delete' ? undefined : await failureOf(work(event.ResourceProperties));
  const body = JSON.stringify({
    Status: failure === undefined ? 'SUCCESS' : 'FAILED',
    Reason: failure === undefined ? 'done' : `${failure.slice(0, REASON_CHARS_MAX)} (log stream ${log})`,
    PhysicalResourceId: physicalId,
    ...{ StackId, RequestId, LogicalResourceId },
  });
  await withRetries({ part: 'deployment', timeoutMs: 20_000, attemptTimeoutMs: 5_000 }, async (timeoutMs) => {
    const told = await fetch(ResponseURL, {
      ...{ method: 'PUT', body, headers: { 'content-type': '' } },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      // The address is signed: whoever has it could answer in our place.
      throw new Again(`CloudFormation was not reached: ${error.name}`);
    });
    if (!told.ok) throw new Again(`CloudFormation answered ${told.status}`);
  });
}

function failureOf(work: Promise<void>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : 'unknown error'),
  );
}
