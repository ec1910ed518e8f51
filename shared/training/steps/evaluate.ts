import { openerFor } from '../../detection/open-source-detector';
import { ModelArtifactSchema, openWeightedModel } from '../../detection/weighted-model';
import { evaluateModels } from '../evaluate';
import { type EvaluationReport, EvaluationReportSchema } from '../evaluation-report';
import { withFaults } from '../inject-faults';
import { DOCUMENTS, TrainingPlanSchema } from '../plan';
import { opponentOf } from '../plan-champion';
import { InjectionSchema } from '../plan-injection';
import { documentsOf } from './documents';
import type { StepAnswer, StepRequest } from './order';
import { type ReplayServices, within } from './train';

/**
 * Replays the points once more: what would the alarms of the champion and of the new model have been in the test part? Of all
 * sources, whichever were trained on: a model is live for all of them.
 */
export async function evaluateStep(services: ReplayServices, { run }: StepRequest): Promise<StepAnswer> {
  const documents = documentsOf(services.workspace, run);
  const done = await documents.read(DOCUMENTS.evaluation, EvaluationReportSchema);
  const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
  const { model: champion, note } = opponentOf(plan);
  const notes = note === undefined ? [] : [note];
  if (done !== undefined) return { run, ended: false, found: [...notes, ...foundOf(done)] };
  const injection = await documents.need(DOCUMENTS.injection, InjectionSchema);
  const challenger = openWeightedModel(await documents.need(DOCUMENTS.model, ModelArtifactSchema));
  const { settings, split, seed } = plan;
  const evaluation = await evaluateModels(
    {
      history: withFaults(within(await services.history(plan), plan), injection.faults),
      openDetector: openerFor(plan.prior),
      settings,
      labels: [...plan.labels, ...injection.labels],
      split,
      seed,
    },
    [champion, challenger],
  );
  await documents.write(DOCUMENTS.evaluation, evaluation);
  return { run, ended: false, found: [...notes, ...foundOf(evaluation)] };
}

function foundOf({ champion, challenger }: EvaluationReport): string[] {
  return [champion, challenger].map(({ model, overall: { found, windows, falseAlarms, f1 } }) => {
    const measured = f1 === null ? 'no F1' : `F1 ${f1.toFixed(3)}`;
    return `${model}: ${found} of ${windows} windows, ${falseAlarms} false alarms, ${measured}`;
  });
}
