import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { GateDecisionSchema } from '../gate';
import { DOCUMENTS, OutcomeSchema } from '../plan';
import type { ModelDeployment, ModelRegistry, TrainingWorkspace } from '../ports';
import { TrainingError } from '../training-error';
import { documentsOf, endRun, overAlready, type RunDocuments } from './documents';
import type { StepAnswer, StepRequest } from './order';
import { RegisteredSchema, unchallenge } from './register';
import { championChanged } from './same-champion';

export const DeploymentSchema = z.object({
  /** What {@link ModelDeployment.current} said before anything was changed. */
  before: z.string(),
});

export interface DeployServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: ModelRegistry;
  readonly deployment: ModelDeployment;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface DeployAnswer extends StepAnswer {
  /** Does the new model score? Then it can be promoted. */
  readonly live: boolean;
}

/**
 * Begins to put the model live, if the champion is still the one that it was proved against; else the run ends, refused.
 *
 * @throws {TrainingError} without a decision that lets it through
 */
export async function beginDeployment(services: DeployServices, { run }: StepRequest): Promise<DeployAnswer> {
  const documents = documentsOf(services.workspace, run);
  const refused = await refusedByNow(services, run);
  if (refused !== undefined) return { ...refused, live: false };
  const { artifact, version } = await letThrough(documents, run);
  const known = await documents.read(DOCUMENTS.deployment, DeploymentSchema);
  // Before anything changes: from here on it can be taken back, whatever happens.
  if (known === undefined) await documents.write(DOCUMENTS.deployment, { before: await services.deployment.current() });
  await services.deployment.begin({ run, version, artifact });
  return { run, ended: false, live: false, found: [`version ${version}, ${artifact.version}, is being deployed`] };
}

/** Ends the run when the deployment went back by itself. Of a run that is over it says so. */
export async function lookAtDeployment(services: DeployServices, { run }: StepRequest): Promise<DeployAnswer> {
  const documents = documentsOf(services.workspace, run);
  const over = await overAlready(documents);
  if (over !== undefined) return { ...over, live: false };
  const { artifact, version } = await letThrough(documents, run);
  const look = await services.deployment.look({ run, version, artifact });
  if (look.state !== 'failed')
    return { run, ended: false, live: look.state === 'live', found: [look.state.replace('-', ' ')] };
  await takeBackDeployment(services, { run });
  await unchallenge(services.registry, version);
  const reasons = [look.reason];
  const ended = await endRun(documents, { run, result: 'rolled-back', version, reasons, endedAt: services.now() });
  return { ...ended, live: false };
}

/**
 * Makes champion what is live: first the pointer that deploys read, then the registry's alias. Died in between, it is done by
 * the next try, or taken back by {@link takeBackDeployment}. Where another model has become champion meanwhile that one stays:
 * this one is taken back, and its run ends, refused.
 *
 * @throws {TrainingError} if the model is not live, or the gate did not let it through
 */
export async function promoteStep(services: DeployServices, { run }: StepRequest): Promise<StepAnswer> {
  const { registry, deployment, now } = services;
  const documents = documentsOf(services.workspace, run);
  const refused = await refusedByNow(services, run);
  if (refused !== undefined) return refused;
  const { artifact, version, reasons } = await letThrough(documents, run);
  const look = await deployment.look({ run, version, artifact });
  if (look.state !== 'live')
    throw new TrainingError(`run ${run} cannot be promoted: its model does not score (${look.state})`);
  await deployment.keep({ run, version, artifact });
  if ((await registry.champion()) !== version) await registry.promote(version);
  return endRun(documents, { run, result: 'live', version, reasons, endedAt: now() });
}

/** Puts back what was live before this run, as far as this run has changed it. Nothing, where it is live for good. */
export async function takeBackDeployment(services: DeployServices, { run }: StepRequest): Promise<void> {
  const { registry, deployment } = services;
  const documents = documentsOf(services.workspace, run);
  const begun = await documents.read(DOCUMENTS.deployment, DeploymentSchema);
  if (begun === undefined) return;
  const artifact = await documents.need(DOCUMENTS.model, ModelArtifactSchema);
  const { version } = await documents.need(DOCUMENTS.registered, RegisteredSchema);
  await deployment.takeBack({ run, version, artifact }, begun.before);
  if ((await registry.champion()) === version) await registry.rollback();
}

/** Ends a run whose model was proved against a champion of before; undefined: it may go on. */
async function refusedByNow(services: DeployServices, run: string): Promise<StepAnswer | undefined> {
  const { workspace, registry, now } = services;
  const documents = documentsOf(workspace, run);
  const outcome = await documents.read(DOCUMENTS.outcome, OutcomeSchema);
  const decision = await documents.read(DOCUMENTS.decision, GateDecisionSchema);
  const registered = await documents.read(DOCUMENTS.registered, RegisteredSchema);
  // Others than what the gate let through have nothing to lose here.
  if (decision?.promote !== true || registered === undefined) return undefined;
  if (outcome !== undefined) return outcome.result === 'refused' ? overAlready(documents) : undefined;
  const { version } = registered;
  const changed = await championChanged(documents, registry, version);
  if (changed === undefined) return undefined;
  await takeBackDeployment(services, { run });
  await unchallenge(registry, version);
  return endRun(documents, { run, result: 'refused', version, reasons: [changed], endedAt: now() });
}

async function letThrough(documents: RunDocuments, run: string) {
  const outcome = await documents.read(DOCUMENTS.outcome, OutcomeSchema);
  if (outcome !== undefined && outcome.result !== 'live')
    throw new TrainingError(`run ${run} is over: ${outcome.result}`);
  const { promote, reasons } = await documents.need(DOCUMENTS.decision, GateDecisionSchema);
  if (!promote) throw new TrainingError(`run ${run} is not deployed: the gate refused its model`);
  const { version } = await documents.need(DOCUMENTS.registered, RegisteredSchema);
  const artifact = await documents.need(DOCUMENTS.model, ModelArtifactSchema);
  return { artifact, version, reasons };
}
