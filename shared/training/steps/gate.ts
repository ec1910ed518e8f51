import { z } from 'zod';
import { gate } from '../gate';
import { DOCUMENTS, TrainingPlanSchema } from '../plan';
import type { ModelRegistry, TrainingWorkspace } from '../ports';
import { documentsOf } from './documents';
import { EvaluationDocumentSchema } from './evaluation-document';
import type { StepAnswer, StepRequest } from './order';

export const DecisionSchema = z.object({
  promote: z.boolean(),
  reasons: z.array(z.string()),
  confidence: z.number(),
});

export interface GateServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: Pick<ModelRegistry, 'champion'>;
}

/** Decides by the evaluation alone. Against a champion that is one no more, nothing was proved. */
export async function gateStep({ workspace, registry }: GateServices, { run }: StepRequest): Promise<StepAnswer> {
  const documents = documentsOf(workspace, run);
  const known = await documents.read(DOCUMENTS.decision, DecisionSchema);
  const decision = known ?? (await decide());
  if (known === undefined) await documents.write(DOCUMENTS.decision, decision);
  return { run, ended: false, found: decision.reasons };

  async function decide() {
    const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
    const { champion, challenger } = await documents.need(DOCUMENTS.evaluation, EvaluationDocumentSchema);
    const decided = gate(champion, challenger, plan.seed, plan.gate);
    const now = (await registry.champion()) ?? null;
    if (now === (plan.champion?.version ?? null)) return decided;
    const changed = `another model became champion while this one was trained: ${nameOf(now)}; train again`;
    return { ...decided, promote: false, reasons: [changed, ...(decided.promote ? [] : decided.reasons)] };
  }
}

function nameOf(version: number | null): string {
  return version === null ? 'the built-in model' : `version ${version}`;
}
