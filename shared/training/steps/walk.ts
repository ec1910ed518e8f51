import { DOCUMENTS, type Outcome, OutcomeSchema } from '../plan';
import { type AbandonServices, abandonTraining } from './abandon';
import { beginDeployment, lookAtDeployment, promoteStep } from './deploy';
import { documentsOf } from './documents';
import { evaluateStep } from './evaluate';
import { type GateServices, gateStep } from './gate';
import { STEPS, type StepAnswer, type StepName, type StepRequest } from './order';
import { type PrepareServices, prepareTraining, type TrainingRequest } from './prepare';
import { RegisteredSchema, type RegisterServices, registerStep } from './register';
import { beginShadow, judgeShadowRun, type ShadowServices } from './shadow';
import { type ReplayServices, trainStep } from './train';

/** What all steps together need. */
export type WalkServices = PrepareServices &
  ReplayServices &
  GateServices &
  RegisterServices &
  ShadowServices &
  AbandonServices & {
    /** A shadow run that lasts longer is not waited for: the walk ends, and walked again later it goes on from there. */
    readonly patienceMs: number;
    /** Resolves after so many milliseconds. */
    readonly pause: (ms: number) => Promise<void>;
    /** Told before a step begins, and when it has ended. */
    readonly begins: (step: StepName) => void;
    readonly ends: (step: StepName, answer: StepAnswer) => void;
  };

const LOOK_EVERY_MS = 1_000;

/**
 * A whole run in one process: the steps in the order in which the state machine calls them. A step that fails is taken back. A
 * run whose shadow is not waited for is challenger, and not over.
 */
export async function walkSteps(services: WalkServices, request: TrainingRequest): Promise<Outcome> {
  const { run } = request;
  const documents = documentsOf(services.workspace, run);
  try {
    for (const step of STEPS) {
      services.begins(step);
      const answer = await WALK[step](services, request);
      services.ends(step, answer);
      if (answer.waitSeconds !== undefined && answer.waitSeconds > 0) return inShadow(services, run, answer);
      if (answer.ended) break;
    }
  } catch (error) {
    const { name, message } = error as Error;
    await abandonTraining(services, { run, error: name, cause: message });
    throw error;
  }
  return documents.need(DOCUMENTS.outcome, OutcomeSchema);
}

async function inShadow({ workspace, now }: WalkServices, run: string, { found }: StepAnswer): Promise<Outcome> {
  const { version } = await documentsOf(workspace, run).need(DOCUMENTS.registered, RegisteredSchema);
  return { run, result: 'challenger', version, reasons: found, endedAt: now() };
}

type Walked = StepAnswer & { readonly waitSeconds?: number };

const WALK: Readonly<Record<StepName, (services: WalkServices, request: TrainingRequest) => Promise<Walked>>> = {
  prepare: prepareTraining,
  train: trainStep,
  evaluate: evaluateStep,
  gate: gateStep,
  register: registerStep,
  async shadow(services, request) {
    let answer = await beginShadow(services, request);
    if (answer.waitSeconds === 0) return answer;
    do {
      // It is time already, for a run that goes on: then one second is left.
      if (answer.waitSeconds > 1 && answer.waitSeconds * 1_000 > services.patienceMs) return answer;
      await services.pause(answer.waitSeconds * 1_000);
      answer = await judgeShadowRun(services, request);
    } while (answer.waitSeconds > 0);
    return answer;
  },
  deploy: deployAndPromote,
};

/** Looks until the model is live, or is not to be. */
export async function deployAndPromote(services: WalkServices, request: StepRequest): Promise<StepAnswer> {
  const begun = await beginDeployment(services, request);
  if (begun.ended) return begun;
  for (;;) {
    const answer = await lookAtDeployment(services, request);
    if (answer.live) return promoteStep(services, request);
    if (answer.ended) return answer;
    await services.pause(LOOK_EVERY_MS);
  }
}
