import { z } from 'zod';
import { DOCUMENTS, OutcomeSchema, RunSchema } from '../plan';
import type { ChallengerPlace } from '../ports';
import { type DeployServices, takeBackDeployment } from './deploy';
import { documentsOf, endRun } from './documents';
import type { StepAnswer } from './order';
import { RegisteredSchema, unchallenge } from './register';

export const AbandonRequestSchema = z.object({
  /** May be none of ours: then nothing of it is anywhere. */
  run: z.string(),
  /** The kind of error, and what it says. */
  error: z.string().default('Error'),
  cause: z.string().default(''),
});
export type AbandonRequest = z.input<typeof AbandonRequestSchema>;

export interface AbandonServices extends DeployServices {
  readonly challenger: ChallengerPlace;
  /** Tells the operators, in words. */
  readonly tell: (subject: string, words: string) => Promise<void>;
}

const REASON_CHARS_MAX = 2_000;

/**
 * What happens when a step failed for good: what the run has put in the live path's way is taken away, what was live is live,
 * and people are told. May be called again, and for a run that failed before its first document.
 */
export async function abandonTraining(services: AbandonServices, request: AbandonRequest): Promise<StepAnswer> {
  const { run, error, cause } = AbandonRequestSchema.parse(request);
  const reasons = [`${error}: ${messageOf(cause)}`.slice(0, REASON_CHARS_MAX)];
  const tell = () => services.tell(`training run ${run} failed`, `Nothing of it is live. ${reasons[0]}`);
  if (!RunSchema.safeParse(run).success) {
    await tell();
    return { run, ended: true, found: reasons };
  }
  const documents = documentsOf(services.workspace, run);
  const known = await documents.read(DOCUMENTS.outcome, OutcomeSchema);
  if (known !== undefined) return { run, ended: true, found: known.reasons };
  await services.challenger.remove(run);
  await takeBackDeployment(services, { run });
  const registered = await documents.read(DOCUMENTS.registered, RegisteredSchema);
  if (registered !== undefined) await unchallenge(services.registry, registered.version);
  await tell();
  return endRun(documents, {
    run,
    result: 'failed',
    ...(registered === undefined ? {} : { version: registered.version }),
    reasons,
    endedAt: services.now(),
  });
}

/** What a function or a training job says of its end is JSON with the words in it. */
function messageOf(cause: string): string {
  try {
    const { errorMessage, FailureReason } = JSON.parse(cause) as { errorMessage?: unknown; FailureReason?: unknown };
    return String(errorMessage ?? FailureReason ?? cause);
  } catch {
    return cause;
  }
}
