import { type ModelArtifact, ModelArtifactSchema } from '../../detection/weighted-model';
import { type EvaluationReport, EvaluationReportSchema } from '../evaluation-report';
import { type GateDecision, GateDecisionSchema, gate } from '../gate';
import { DOCUMENTS, TrainingPlanSchema } from '../plan';
import { opponentOf } from '../plan-champion';
import type { ModelRegistry, TrainingWorkspace } from '../ports';
import { shareWords } from '../source-sample';
import { documentsOf, type RunDocuments } from './documents';
import type { StepAnswer, StepRequest } from './order';
import { championChanged } from './same-champion';
import { type TrainingDocument, TrainingDocumentSchema } from './train';

export interface GateServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: Pick<ModelRegistry, 'champion'>;
  /** The run as a page for people. */
  readonly report: (run: ReportedRun) => string;
}

/** All that a page about a run says. */
export interface ReportedRun {
  readonly evaluation: EvaluationReport;
  readonly decision: GateDecision;
  readonly challenger: ModelArtifact;
  /** Absent: the built-in model. */
  readonly champion?: ModelArtifact;
  /** Facts by title. */
  readonly lists: readonly {
    readonly title: string;
    readonly facts: readonly (readonly [name: string, value: string | number])[];
  }[];
}

/** Decides by the evaluation alone, and says so on a page; refused is also what was measured against a champion of before. */
export async function gateStep(
  { workspace, registry, report }: GateServices,
  { run }: StepRequest,
): Promise<StepAnswer> {
  const documents = documentsOf(workspace, run);
  const known = await documents.read(DOCUMENTS.decision, GateDecisionSchema);
  const decision = known ?? (await decide());
  if (known === undefined) {
    const page = report(await reported(documents, decision));
    await workspace.write(run, DOCUMENTS.report, Buffer.from(page));
    await documents.write(DOCUMENTS.decision, decision);
  }
  return { run, ended: false, found: decision.reasons };

  async function decide() {
    const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
    const evaluation = await documents.need(DOCUMENTS.evaluation, EvaluationReportSchema);
    const { note } = opponentOf(plan);
    const judged = gate(evaluation, plan.gate);
    const decided = note === undefined ? judged : { ...judged, reasons: [...judged.reasons, note] };
    const changed = await championChanged(documents, registry);
    if (changed === undefined) return decided;
    return { ...decided, promote: false, reasons: [changed, ...(decided.promote ? [] : decided.reasons)] };
  }
}

async function reported({ need }: RunDocuments, decision: GateDecision): Promise<ReportedRun> {
  const plan = await need(DOCUMENTS.plan, TrainingPlanSchema);
  const { artifact: champion } = opponentOf(plan);
  const training = await need(DOCUMENTS.training, TrainingDocumentSchema);
  const { points, sources, windows, injected, falseAlarms, rows, dataset, leftOut } = training;
  return {
    evaluation: await need(DOCUMENTS.evaluation, EvaluationReportSchema),
    decision,
    challenger: await need(DOCUMENTS.model, ModelArtifactSchema),
    ...(champion === undefined ? {} : { champion }),
    lists: [
      { title: 'Run', facts: Object.entries({ run: plan.run, trigger: plan.trigger, seed: plan.seed, dataset }) },
      {
        title: 'Data',
        facts: Object.entries({
          points,
          sources,
          'sources drawn': drawnWords(training),
          windows,
          injected,
          falseAlarms,
          rows,
        }),
      },
      { title: 'Vectors left out', facts: Object.entries(leftOut) },
      { title: 'Hyperparameters', facts: Object.entries(plan.hyperparameters) },
    ],
  };
}

function drawnWords({ sourcesShare = 1, othersShare = 1 }: TrainingDocument): string {
  if (sourcesShare === 1 && othersShare === 1) return 'all';
  const others = othersShare === 1 ? '' : ` that are trained on, ${shareWords(othersShare)} of others`;
  return `${shareWords(sourcesShare)}${others}, since there are more points than a run replays`;
}
