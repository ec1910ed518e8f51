import { z } from 'zod';
import { FEATURE_SCHEMA_VERSION } from '../../detection/model';
import type { PriorDocument } from '../../detection/population-prior';
import type { Settings } from '../../domain/settings';
import { GateRulesSchema } from '../gate';
import { type Label, LabelsSchema } from '../labels';
import {
  DOCUMENTS,
  HyperparametersSchema,
  RunSchema,
  type TrainingPlan,
  TrainingPlanSchema,
  TriggerSchema,
} from '../plan';
import { InjectionSettingsSchema } from '../plan-injection';
import type { ModelRegistry, TrainingWorkspace } from '../ports';
import { type Split, splitByTime, splitSpan } from '../split';
import { TrainingError } from '../training-error';
import { documentsOf, endRun } from './documents';
import type { StepAnswer } from './order';

const DAY_MS = 86_400_000;

/** What a person, a schedule or drift asks for. Times are epoch milliseconds. */
export const TrainingRequestSchema = z.object({
  run: RunSchema,
  trigger: TriggerSchema.default('hand'),
  from: z.number().int().optional(),
  to: z.number().int().optional(),
  sources: z.string().min(1).optional(),
  metrics: z.string().min(1).optional(),
  /** Share of the labelled windows, the newest, that test. */
  testShare: z.number().gt(0).lt(1).default(0.4),
  /** Before the test part, so long is not trained on. */
  gapDays: z.number().min(0).max(365).default(1),
  /** Points that are replayed at most; absent: as many as the environment says, if it does. An archive alone can be sampled. */
  pointsMax: z.number().int().min(1).optional(),
  rowsMax: z.number().int().min(1).default(200_000),
  seed: z.number().int().min(0).default(1),
  /** Leave out of training what the history marks as judged without the endpoint, or from a memory that was being filled. */
  leaveOutMarked: z.boolean().default(false),
  hyperparameters: HyperparametersSchema.prefault({}),
  gate: GateRulesSchema.prefault({}),
  injection: InjectionSettingsSchema.prefault({}),
  /** Beside what people have said in their alerts. */
  labels: LabelsSchema.default([]),
});
export type TrainingRequest = z.input<typeof TrainingRequestSchema>;

/** Epoch milliseconds; from inclusive, to exclusive. */
export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface PrepareServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: ModelRegistry;
  readonly settings: () => Promise<Settings>;
  /** What new series borrow live: with it, and only with it, vectors that are replayed are the live ones. Absent: nothing of like ones. */
  readonly prior?: () => Promise<PriorDocument | undefined>;
  /** What people know of this time: verdicts, silences, files. */
  readonly labels: (span: Span) => Promise<readonly Label[]>;
  /** First and last time of the points, where it takes reading them to know; absent: nobody knows. */
  readonly extent?: (span: Span) => Promise<Span>;
  /** Where the points of this time are, as text of a manifest; absent: whoever replays them knows. */
  readonly manifest?: (span: Span) => Promise<{ readonly text: string; readonly parts: number }>;
  /** How far back training goes where nobody says from when; absent: to the beginning. */
  readonly historyMs?: number;
  /** Points that are replayed at most where nobody says how many; absent: all. */
  readonly pointsMax?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Writes down all that decides what the run comes to, so that whoever does the next steps, and however often, makes the same
 * of it. A run that was prepared keeps its plan.
 *
 * @throws {TrainingError} if the request makes no sense
 */
export async function prepareTraining(services: PrepareServices, request: TrainingRequest): Promise<StepAnswer> {
  const asked = checked(request);
  const documents = documentsOf(services.workspace, asked.run);
  const known = await documents.read(DOCUMENTS.plan, TrainingPlanSchema);
  const now = services.now();
  try {
    const plan = known ?? (await planOf(services, asked, now));
    const parts = await writeManifest(services, plan);
    // Last: a plan that is there says that all of this step is.
    if (known === undefined) await documents.write(DOCUMENTS.plan, plan);
    const real = plan.labels.filter(({ verdict }) => verdict === 'real').length;
    const found = [
      `${real} windows that people labelled, tested from ${new Date(plan.split.testFrom).toISOString()} on`,
      ...parts,
    ];
    return { run: asked.run, ended: false, found };
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    return endRun(documents, {
      run: asked.run,
      result: 'nothing-to-train-on',
      reasons: [error.message],
      endedAt: now,
    });
  }
}

type Asked = z.output<typeof TrainingRequestSchema>;

function checked(request: TrainingRequest): Asked {
  const parsed = TrainingRequestSchema.safeParse(request);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TrainingError(`the request to train: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
  }
  const { from, to } = parsed.data;
  if (from !== undefined && to !== undefined && from >= to)
    throw new TrainingError(
      `the request to train: from ${new Date(from).toISOString()} is not before to ${new Date(to).toISOString()}`,
    );
  return parsed.data;
}

async function planOf(services: PrepareServices, asked: Asked, now: number): Promise<TrainingPlan> {
  const { run, trigger, sources, metrics, rowsMax, seed, leaveOutMarked, injection } = asked;
  const pointsMax = asked.pointsMax ?? services.pointsMax;
  const given = spanOf(services, asked, now);
  const labels = [...asked.labels, ...(await services.labels(given))];
  const extent = once(async () => (await services.extent?.(given)) ?? {});
  // With an end: live vectors are compared with what lies before it, and of a history that grows nothing later is read.
  const span = { ...given, to: given.to ?? (await extent()).to ?? now };
  const prior = await services.prior?.();
  return TrainingPlanSchema.parse({
    version: 1,
    run,
    trigger,
    createdAt: now,
    ...span,
    ...(sources === undefined ? {} : { sources }),
    ...(metrics === undefined ? {} : { metrics }),
    settings: await services.settings(),
    ...(prior === undefined ? {} : { prior }),
    labels,
    injection,
    split: await splitOf(extent, asked, labels, span),
    ...(pointsMax === undefined ? {} : { pointsMax }),
    rowsMax,
    seed,
    leaveOutMarked,
    hyperparameters: asked.hyperparameters,
    gate: asked.gate,
    champion: await championOf(services.registry),
    schema: FEATURE_SCHEMA_VERSION,
  } satisfies TrainingPlan);
}

/** Where points go on coming, the end is now: a later try reads what the first one did. */
function spanOf({ historyMs }: PrepareServices, { from, to }: Asked, now: number): Span {
  const end = to ?? (historyMs === undefined ? undefined : now);
  const begin = from ?? (historyMs === undefined ? undefined : (end ?? now) - historyMs);
  return { ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= read();
    return answer;
  };
}

/** People's labels say where the split is when there are enough to test by; else the time is split by itself. */
async function splitOf(
  extent: () => Promise<Span>,
  asked: Asked,
  labels: readonly Label[],
  span: Span,
): Promise<Split> {
  const { testShare, gapDays, injection, gate } = asked;
  const real = labels.filter(({ verdict }) => verdict === 'real').length;
  if (injection.share === 0 || real * testShare >= gate.windowsMin)
    return splitByTime(labels, testShare, gapDays * DAY_MS);
  const { to } = span;
  const from = span.from ?? (await extent()).from;
  if (from === undefined || to === undefined)
    throw new TrainingError('there are no points of this time: give an earlier begin, or wait until there are');
  return splitSpan(from, to, testShare, gapDays * DAY_MS);
}

async function championOf(registry: ModelRegistry): Promise<TrainingPlan['champion']> {
  const version = await registry.champion();
  if (version === undefined) return null;
  const { artifact } = await registry.read(version);
  return { version, artifact };
}

async function writeManifest({ manifest, workspace }: PrepareServices, { run, from, to }: TrainingPlan) {
  if (manifest === undefined) return [];
  const { text, parts } = await manifest({ from, to });
  if (parts === 0)
    throw new TrainingError('the archive holds no points of this time: give an earlier begin, or wait until there are');
  await workspace.write(run, DOCUMENTS.points, Buffer.from(text));
  return [`${parts} parts of the archive`];
}
