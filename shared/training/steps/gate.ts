import { EvaluationReportSchema } from '../evaluation-report';
import { GateDecisionSchema, gate } from '../gate';
import { DOCUMENTS, TrainingPlanSchema } from '../plan';
import type { ModelRegistry, TrainingWorkspace } from '../ports';
import { documentsOf } from './documents';
import type { StepAnswer, StepRequest } from './order';

export interface GateServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: Pick<ModelRegistry, 'champion'>;
}

/** Decides by the evaluation alone. Against a champion that is one no more, nothing was proved. */
export async function gateStep({ workspace, registry }: GateServices, { run }: StepRequest): Promise<StepAnswer> {
  const documents = documentsOf(workspace, run);
  const known = await documents.read(DOCUMENTS.decision, GateDecisionSchema);
  const decision = known ?? (await decide());
  if (known === undefined) await documents.write(DOCUMENTS.decision, decision);
  return { run, ended: false, found: decision.reasons };

  async function decide() {
    const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
    const evaluation = await documents.need(DOCUMENTS.evaluation, EvaluationReportSchema);
    const decided = gate(evaluation, plan.gate);
    const now = (await registry.champion()) ?? null;
    if (now === (plan.champion?.version ?? null)) return decided;
    const changed = `another model became champion while this one was trained: ${nameOf(now)}; train again`;
    return { ...decided, promote: false, reasons: [changed, ...(decided.promote ? [] : decided.reasons)] };
  }
}

function nameOf(version: number | null): string {
  return version === null ? 'the built-in model' : `version ${version}`;
}
