import { z } from 'zod';
import { openerFor } from '../../detection/open-source-detector';
import { ModelArtifactSchema, openWeightedModel } from '../../detection/weighted-model';
import { REFERENCE_MS } from '../drift-look';
import { fingerprinted } from '../fingerprint';
import { withFaults } from '../inject-faults';
import { DOCUMENTS, type TrainingPlan, TrainingPlanSchema } from '../plan';
import { opponentOf } from '../plan-champion';
import { type Injection, InjectionSchema, planInjection } from '../plan-injection';
import type { PointHistory, TrainingWorkspace } from '../ports';
import { LeftOutSchema, type ReplayCheckpoints } from '../replay-checkpoints';
import { type ScoredDistributions, ScoredDistributionsSchema, scoredDistributions } from '../scored-distributions';
import { type DrawnShares, shareWords } from '../source-sample';
import { type TrainedModel, trainModel } from '../train-model';
import { getTrainingData, type TrainingData } from '../training-data';
import { TrainingError } from '../training-error';
import { documentsOf, endRun, overAlready } from './documents';
import type { StepAnswer, StepRequest } from './order';

const CountSchema = z.number().int().min(0);

/** What a model was made of. */
export const TrainingDocumentSchema = z.object({
  version: z.literal(1),
  /** Fingerprint of points, labels and settings. */
  dataset: z.string().min(1),
  points: CountSchema,
  sources: CountSchema,
  /** Of how many of all sources that the plan names these are, where it allows no more points; absent: all. */
  sourcesShare: z.number().gt(0).lt(1).optional(),
  /** Where the plan names sources: how many of all others the new model is tested with; absent: all. */
  othersShare: z.number().gt(0).lt(1).optional(),
  /** Labelled windows and usual vectors in the part that trains. */
  windows: CountSchema,
  /** Of the windows, those of faults that were put there. */
  injected: CountSchema,
  /** Windows in which people said that nothing was wrong. */
  falseAlarms: CountSchema,
  rows: CountSchema,
  leftOut: LeftOutSchema,
  /** Of vectors and scores in the last week of the points: what live ones are compared with. */
  distributions: ScoredDistributionsSchema,
});
export type TrainingDocument = z.output<typeof TrainingDocumentSchema>;

export interface ReplayServices {
  readonly workspace: TrainingWorkspace;
  /** The points that the plan is about. */
  readonly history: (plan: TrainingPlan) => Promise<PointHistory>;
  /** Of the replay that trains, where it may be interrupted. */
  readonly checkpoints?: ReplayCheckpoints;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Replays the points and trains the model. Ends the run where there is nothing to train on. */
export async function trainStep(services: ReplayServices, { run }: StepRequest): Promise<StepAnswer> {
  const { workspace } = services;
  const documents = documentsOf(workspace, run);
  const [done, artifact] = await Promise.all([
    documents.read(DOCUMENTS.training, TrainingDocumentSchema),
    documents.read(DOCUMENTS.model, ModelArtifactSchema),
  ]);
  if (done !== undefined && artifact !== undefined) return { run, ended: false, found: foundOf(done) };
  const over = await overAlready(documents);
  if (over !== undefined) return over;
  const plan = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
  try {
    const injection = (await documents.read(DOCUMENTS.injection, InjectionSchema)) ?? (await inject(services, plan));
    await documents.write(DOCUMENTS.injection, injection);
    const { training, model } = await train(services, plan, injection);
    await documents.write(DOCUMENTS.training, training);
    await documents.write(DOCUMENTS.model, model.artifact);
    return { run, ended: false, found: foundOf(training) };
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    return endRun(documents, {
      run,
      result: 'nothing-to-train-on',
      reasons: [error.message],
      endedAt: services.now(),
    });
  }
}

async function inject({ history }: ReplayServices, plan: TrainingPlan): Promise<Injection> {
  const { labels, injection: settings, split, sources, metrics } = plan;
  return planInjection({
    history: within(await history(plan), plan),
    labels,
    settings,
    trainTo: split.trainTo,
    ...(sources === undefined ? {} : { sources }),
    ...(metrics === undefined ? {} : { metrics }),
  });
}

/** @throws {TrainingError} if there is nothing to train on */
async function train({ history, checkpoints }: ReplayServices, plan: TrainingPlan, injection: Injection) {
  const { from, to = plan.createdAt, sources, metrics, settings, split, rowsMax, seed, leaveOutMarked } = plan;
  const labels = [...plan.labels, ...injection.labels];
  const all = await history(plan);
  const read = fingerprinted(within(all, plan), labels, settings);
  const data = await getTrainingData({
    history: withFaults(read.history, injection.faults),
    openDetector: openerFor(plan.prior),
    settings,
    labels,
    ...(checkpoints === undefined ? {} : { checkpoints }),
    rowsMax,
    seed,
    leaveOutMarked,
    trainTo: split.trainTo,
    // The newest there is, and not only what trains: else live vectors are compared with what they were weeks ago.
    countedFrom: to - REFERENCE_MS,
    ...(from === undefined ? {} : { from }),
    ...(sources === undefined ? {} : { sources }),
    ...(metrics === undefined ? {} : { metrics }),
  });
  const model = trainModel(data, split, plan.hyperparameters);
  const { artifact: opponent } = opponentOf(plan);
  const rivals = [...(opponent === undefined ? [] : [opponent]), model.artifact].map(openWeightedModel);
  const { named = 1, others = 1 } = all.drawn?.() ?? {};
  const shares = { named, others: sources === undefined ? 1 : others };
  return { training: documentOf(data, shares, model, read.digest(), scoredDistributions(data, rivals)), model };
}

/**
 * The points as the plan has them: those that came after the run began belong to the next one. That they cannot be read is no
 * lack of them, so it fails the step.
 */
export function within(history: PointHistory, { to = Number.POSITIVE_INFINITY }: TrainingPlan): PointHistory {
  return {
    bySource: history.bySource,
    async *read() {
      try {
        for await (const point of history.read()) if (point.timestamp < to) yield point;
      } catch (cause) {
        throw cause instanceof TrainingError ? new UnreadableHistory(cause.message, { cause }) : cause;
      }
    },
  };
}

/** The points of the past are there, and cannot be read; the message says what to do about it. */
export class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory';
}

function documentOf(
  { points, sources, leftOut }: TrainingData,
  { named, others }: DrawnShares,
  { windows, injected, falseAlarms, rows }: TrainedModel,
  dataset: string,
  distributions: ScoredDistributions,
): TrainingDocument {
  return {
    version: 1,
    dataset,
    points,
    sources,
    ...(named === 1 ? {} : { sourcesShare: named }),
    ...(others === 1 ? {} : { othersShare: others }),
    windows,
    injected,
    falseAlarms,
    rows,
    leftOut,
    distributions,
  };
}

function foundOf({ points, sources, sourcesShare, windows, injected, rows }: TrainingDocument): string[] {
  const drawn = sourcesShare === undefined ? '' : `, ${shareWords(sourcesShare)}: the plan allows no more points`;
  return [
    `${points} points of ${sources} sources${drawn}`,
    `${windows} windows, ${injected} of them injected, and ${rows} usual vectors in the part that trains`,
  ];
}
