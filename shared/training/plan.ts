import { z } from 'zod';
import { FEATURE_SCHEMA_VERSION } from '../detection/model';
import { PriorDocumentSchema } from '../detection/population-prior';
import { ModelArtifactSchema } from '../detection/weighted-model';
import { SettingsSchema } from '../domain/settings';
import { GateRulesSchema } from './gate';
import { LabelsSchema } from './labels';
import { InjectionSettingsSchema } from './plan-injection';
import { DEFAULT_HYPERPARAMETERS } from './train-model';

/** Names a training run: on AWS the execution of the state machine, else one of ours. Safe in keys, file names and job names. */
export const RunSchema = z.string().regex(/^[A-Za-z0-9-]{1,60}$/, 'must be 1 to 60 letters, digits and hyphens');

/** The documents of a run in its workspace, by the step that writes them. */
export const DOCUMENTS = {
  plan: 'plan.json',
  /** Where the points are, as SageMaker's ManifestFile; only where they lie in a bucket. */
  points: 'points.manifest',
  /** Faults that are put into held-back points, and what is then known of these. */
  injection: 'injection.json',
  model: 'model.json',
  training: 'training.json',
  evaluation: 'evaluation.json',
  report: 'report.html',
  decision: 'decision.json',
  registered: 'registered.json',
  shadow: 'shadow.json',
  /** What was live before, so that it can be put back. */
  deployment: 'deployment.json',
  /** How the run ended; a run that has it is over. */
  outcome: 'outcome.json',
} as const;
export type DocumentName = (typeof DOCUMENTS)[keyof typeof DOCUMENTS];

export const TriggerSchema = z.enum(['schedule', 'drift', 'hand']);
export type Trigger = z.output<typeof TriggerSchema>;

const EpochSchema = z.number().int();

export const HyperparametersSchema = z.object({
  pull: z.number().min(0).default(DEFAULT_HYPERPARAMETERS.pull),
  rounds: z.number().int().min(1).max(100).default(DEFAULT_HYPERPARAMETERS.rounds),
  steps: z.number().int().min(1).max(100_000).default(DEFAULT_HYPERPARAMETERS.steps),
  injectedWeight: z.number().gt(0).max(1).default(DEFAULT_HYPERPARAMETERS.injectedWeight),
});

/**
 * All that decides what a run comes to: whoever has it and the points makes the same model, the same evaluation and the same
 * decision, to the byte. Times are epoch milliseconds.
 */
export const TrainingPlanSchema = z.object({
  version: z.literal(1),
  run: RunSchema,
  trigger: TriggerSchema,
  createdAt: EpochSchema,
  /** Points before it are learnt by the engine but give no rows. */
  from: EpochSchema.optional(),
  /** Exclusive: nothing from here on is used. */
  to: EpochSchema.optional(),
  /** Patterns of names; `*` stands for any run of characters; absent: all. */
  sources: z.string().min(1).optional(),
  metrics: z.string().min(1).optional(),
  settings: SettingsSchema,
  /** What new series borrow where vectors are made; absent: what all series have in common. */
  prior: PriorDocumentSchema.optional(),
  /** What people know. */
  labels: LabelsSchema,
  injection: InjectionSettingsSchema,
  split: z.object({ trainTo: z.number(), testFrom: z.number() }),
  /** Points that are replayed at most: where there are more, of a part of the sources alone. Absent: all. */
  pointsMax: z.number().int().min(1).optional(),
  /** Of rows without a label, so many at most. */
  rowsMax: z.number().int().min(1),
  seed: z.number().int().min(0),
  /** Is what was judged live without the endpoint, or from a memory that was being filled, left out of training? */
  leaveOutMarked: z.boolean().default(false),
  hyperparameters: HyperparametersSchema,
  gate: GateRulesSchema,
  /** What is live when the run begins; null: the built-in model. */
  champion: z.object({ version: z.number().int().min(1), artifact: ModelArtifactSchema }).nullable(),
  /** Of feature vectors. */
  schema: z.literal(FEATURE_SCHEMA_VERSION),
});
export type TrainingPlan = z.output<typeof TrainingPlanSchema>;

/** How a run ended. */
export const RESULTS = [
  /** The new model is live. */
  'live',
  /** There was not enough to train on. */
  'nothing-to-train-on',
  /** The gate found the new model no better. */
  'refused',
  /** On live data it behaved otherwise than the evaluation said. */
  'refused-in-shadow',
  /** It was put live, and went back by itself. */
  'rolled-back',
  /** It is challenger, and what comes next is up to people. */
  'challenger',
  /** A step failed; nothing of it is live. */
  'failed',
] as const;

export const OutcomeSchema = z.object({
  run: RunSchema,
  result: z.enum(RESULTS),
  /** In the registry; absent: nothing was registered. */
  version: z.number().int().min(1).optional(),
  /** Sentences for people. */
  reasons: z.array(z.string()).readonly(),
  endedAt: EpochSchema,
});
export type Outcome = z.output<typeof OutcomeSchema>;
