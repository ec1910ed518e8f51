import { builtInModel } from '../../detection/built-in-model';
import { ModelArtifactSchema, openWeightedModel } from '../../detection/weighted-model';
import { evaluateModels } from '../evaluate';
import { DOCUMENTS, type TrainingPlan, TrainingPlanSchema } from '../plan';
import type { PointHistory } from '../ports';
import { documentsOf } from './documents';
import { type EvaluationDocument, EvaluationDocumentSchema } from './evaluation-document';
import type { StepAnswer, StepRequest } from './order';
import type { ReplayServices } from './train';

/** Replays the points once more: what would the alarms of the champion and of the new model have been in the test part? */
export async function evaluateStep(services: ReplayServices, { run }: StepRequest): Promise<StepAnswer> {
  const documents = documentsOf(services.workspace, run);
  const done = await documents.read(DOCUMENTS.evaluation, EvaluationDocumentSchema);
  if (done !== undefined) return { run, ended: false, found: foundOf(done) };
  const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
  const challenger = openWeightedModel(await documents.need(DOCUMENTS.model, ModelArtifactSchema));
  const champion = plan.champion === null ? builtInModel : openWeightedModel(plan.champion.artifact);
  const { settings, labels, split, sources } = plan;
  const [before, after] = await evaluateModels(
    {
      history: until(await services.history(plan), plan),
      openDetector: services.openDetector,
      settings,
      labels,
      split,
      ...(sources === undefined ? {} : { sources }),
    },
    [champion, challenger],
  );
  const evaluation: EvaluationDocument = { version: 1, champion: before!, challenger: after! };
  await documents.write(DOCUMENTS.evaluation, evaluation);
  return { run, ended: false, found: foundOf(evaluation) };
}

/** Points that came after the run began belong to the next one. */
function until(history: PointHistory, { to }: TrainingPlan): PointHistory {
  if (to === undefined) return history;
  return {
    bySource: history.bySource,
    async *read() {
      for await (const point of history.read()) if (point.timestamp < to) yield point;
    },
  };
}

function foundOf({ champion, challenger }: EvaluationDocument): string[] {
  return [champion, challenger].map(
    ({ model, found, windows, falseAlarms, f1 }) =>
      `${model}: ${found} of ${windows} windows, ${falseAlarms} false alarms, F1 ${f1.toFixed(3)}`,
  );
}
