import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { type EvaluationReport, EvaluationReportSchema } from '../evaluation-report';
import { GateDecisionSchema } from '../gate';
import { DOCUMENTS, OutcomeSchema, type TrainingPlan, TrainingPlanSchema } from '../plan';
import type { DriftReferences, KeptDocuments, ModelRegistry, TrainingRecord, TrainingWorkspace } from '../ports';
import { newerIsRegistered } from '../register-pending';
import { documentsOf, endRun } from './documents';
import type { StepAnswer, StepRequest } from './order';
import { TrainingDocumentSchema } from './train';

export const RegisteredSchema = z.object({
  /** In the registry. */
  version: z.number().int().min(1),
  /** The artifact's name. */
  model: z.string(),
});

export interface RegisterServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: ModelRegistry;
  /** What live vectors are compared with from now on. */
  readonly references: Pick<DriftReferences, 'write'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Registers the model whatever the gate said: as challenger, or refused, which ends the run here.
 *
 * @param turn late: the registry did not answer when it was due, and other runs have gone on since. Then the version is all that
 * comes of it: it is no challenger, and live vectors are compared with what newer runs saw.
 */
export async function registerStep(
  services: RegisterServices,
  { run }: StepRequest,
  turn: 'due' | 'late' = 'due',
): Promise<StepAnswer> {
  const documents = documentsOf(services.workspace, run);
  const { promote, reasons } = await documents.need(DOCUMENTS.decision, GateDecisionSchema);
  const known = await documents.read(DOCUMENTS.registered, RegisteredSchema);
  const registered = known ?? (await register());
  // A run that was given up while the registry did not answer goes no further.
  const isOver = (await documents.read(DOCUMENTS.outcome, OutcomeSchema)) !== undefined;
  if (known === undefined) {
    if (turn === 'due' && !isOver) await refer();
    await documents.write(DOCUMENTS.registered, registered);
  }
  const { version, model } = registered;
  if (promote && !isOver && turn === 'due') await services.registry.challenge(version);
  if (promote && !isOver) return { run, ended: false, found: [`version ${version}, ${model}`] };
  return endRun(documents, { run, result: 'refused', version, reasons, endedAt: services.now() });

  async function refer(): Promise<void> {
    if (await newerIsRegistered(services.workspace, run)) return;
    const { distributions } = await documents.need(DOCUMENTS.training, TrainingDocumentSchema);
    await services.references.write({ run, at: services.now(), distributions });
  }

  async function keptDocuments(): Promise<KeptDocuments> {
    const contents = await Promise.all(KEPT.map((name) => services.workspace.read(run, name)));
    return Object.fromEntries(
      KEPT.flatMap((name, i) => (contents[i] === undefined ? [] : [[name, contents[i]] as const])),
    );
  }

  async function register() {
    const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
    const artifact = await documents.need(DOCUMENTS.model, ModelArtifactSchema);
    const training = await documents.need(DOCUMENTS.training, TrainingDocumentSchema);
    const evaluation = await documents.need(DOCUMENTS.evaluation, EvaluationReportSchema);
    const { confidence } = await documents.need(DOCUMENTS.decision, GateDecisionSchema);
    const record: TrainingRecord = {
      run,
      trainedAt: plan.createdAt,
      parameters: parametersOf(plan),
      metrics: metricsOf(evaluation, confidence),
      dataset: training.dataset,
      promoted: promote,
      reasons,
    };
    const { version } = await services.registry.register(artifact, record, await keptDocuments());
    return { version, model: artifact.version };
  }
}

/** What people ask for when they look at a version later. */
const KEPT = [
  DOCUMENTS.plan,
  DOCUMENTS.injection,
  DOCUMENTS.training,
  DOCUMENTS.evaluation,
  DOCUMENTS.report,
  DOCUMENTS.decision,
];

function parametersOf(plan: TrainingPlan): TrainingRecord['parameters'] {
  const { trigger, rowsMax, seed, hyperparameters, split, from, to, sources, metrics } = plan;
  const times = Object.entries({ from, to, ...split }).flatMap(([name, at]) =>
    at === undefined ? [] : [[name, new Date(at).toISOString()] as const],
  );
  return {
    trigger,
    ...hyperparameters,
    rowsMax,
    seed,
    ...Object.fromEntries(times),
    ...(sources === undefined ? {} : { sources }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

function metricsOf({ challenger }: EvaluationReport, confidence: number): TrainingRecord['metrics'] {
  const { intervals: _, ...measures } = challenger.overall;
  return Object.fromEntries(
    Object.entries({ ...measures, confidence }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

/** A version that is not to go live is challenger no more. */
export async function unchallenge(
  registry: Pick<ModelRegistry, 'challenger' | 'challenge'>,
  version: number,
): Promise<void> {
  if ((await registry.challenger()) === version) await registry.challenge(undefined);
}
