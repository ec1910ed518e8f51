import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createDriftReferences, REFERENCE_FILE } from '../../../shared/adapters/drift/document-references';
import { openShadowFile } from '../../../shared/adapters/embedded/shadow-file';
import { readPriorDocument } from '../../../shared/adapters/files/prior-file';
import { createChallengerPlace } from '../../../shared/adapters/live/document-challenger';
import { openFileDocument } from '../../../shared/adapters/live/file-document';
import { createPointerDeployment } from '../../../shared/adapters/live/pointer-deployment';
import { trainingReportHtml } from '../../../shared/adapters/report/training-report';
import { openFolderWorkspace } from '../../../shared/adapters/workspace/folder-workspace';
import { TransientFault } from '../../../shared/detection/ports';
import { TimestampSchema } from '../../../shared/domain/data-point';
import { EvaluationReportSchema } from '../../../shared/training/evaluation-report';
import { DEFAULT_SHADOW_RULES, judgeShadow } from '../../../shared/training/judge-shadow';
import { type Label, LabelsSchema } from '../../../shared/training/labels';
import { DOCUMENTS, type Outcome } from '../../../shared/training/plan';
import type { TrainingWorkspace } from '../../../shared/training/ports';
import { registerPending } from '../../../shared/training/register-pending';
import { CHALLENGER_FILE, SHADOW_FILE } from '../../../shared/training/shadow';
import { documentsOf } from '../../../shared/training/steps/documents';
import { finishDeployments } from '../../../shared/training/steps/finish-deployments';
import type { TrainingRequest } from '../../../shared/training/steps/prepare';
import { registerStep } from '../../../shared/training/steps/register';
import { type WalkServices, walkSteps } from '../../../shared/training/steps/walk';
import { TrainingError } from '../../../shared/training/training-error';
import { EXIT, UsageError } from '../exit-codes';
import { writeOutput } from '../score/output';
import { openModels } from './open-models';
import { openPast, type Past } from './past';
import { reportText } from './report-text';

export interface TrainOptions {
  /** A file of points, or the folder of `start`. */
  readonly input?: string;
  readonly data?: string;
  readonly labels?: string;
  readonly models: string;
  /** What new series borrowed live. */
  readonly prior?: string;
  readonly report?: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly from?: string;
  readonly to?: string;
  readonly sources?: string;
  readonly metrics?: string;
  readonly inject: number;
  readonly shadowHours: number;
  /** A run whose challenger is in shadow, or whose process was killed. */
  readonly goOn?: string;
  readonly testShare: number;
  readonly gapDays: number;
  readonly pull: number;
  readonly rowsMax: number;
  readonly seed: number;
  readonly leaveOutMarked?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const HOUR_MS = 3_600_000;

/** The command `train`: the steps of a run, one after the other, as the state machine on AWS takes them. */
export async function runTrain(options: TrainOptions): Promise<number> {
  const request = requestOf(options);
  const labels = options.labels === undefined ? [] : await readLabels(options.labels);
  const past = await openPast(options);
  try {
    const workspace = openFolderWorkspace(path.join(options.models, 'runs'));
    await refuseWithoutPoints(options, workspace);
    const services = await servicesOf(options, workspace, past, labels);
    // First of all, so that a run whose process is killed can go on.
    if (!options.quiet) process.stderr.write(`run ${request.run}\n`);
    await settleBefore(services, request.run);
    const outcome = await walkSteps(services, request);
    if (outcome.result === 'nothing-to-train-on') throw new TrainingError(outcome.reasons.join('; '));
    await tellOutcome(options, workspace, outcome);
    if (past.rejected() > 0) process.stderr.write(`${past.rejected()} rows could not be read\n`);
    return past.rejected() > 0 ? EXIT.someRejected : EXIT.ok;
  } finally {
    await past.close();
  }
}

/** Before anything is done: a run that lacks its points only has not failed. */
async function refuseWithoutPoints(options: TrainOptions, workspace: TrainingWorkspace): Promise<void> {
  const { goOn, input, data } = options;
  if (goOn === undefined || input !== undefined || data !== undefined) return;
  const has = async (name: string) => (await workspace.read(goOn, name)) !== undefined;
  if ((await has(DOCUMENTS.evaluation)) || (await has(DOCUMENTS.outcome))) return;
  throw new UsageError(
    (await has(DOCUMENTS.plan))
      ? `run ${goOn} has not been evaluated yet: give its --input or --data too`
      : `there is no run ${goOn} in ${options.models}`,
  );
}

/**
 * Runs that were killed while they went live, and runs whose registry did not answer when they were due. That it still does not
 * is told when it is this run's turn.
 */
async function settleBefore(services: WalkServices, now: string): Promise<void> {
  const tell = (run: string, words: string) => process.stderr.write(`run ${run} of before ${words}\n`);
  try {
    for (const { run, result, reasons } of await finishDeployments(services, now))
      tell(run, `is finished now: ${result}: ${reasons.join('; ')}`);
    const late = await registerPending(services.workspace, (run) => registerStep(services, { run }, 'late'));
    for (const run of late.registered) tell(run, 'is registered now');
    for (const { run, reason } of late.refused) tell(run, `cannot be registered: ${reason}`);
  } catch (error) {
    if (!(error instanceof TransientFault)) throw error;
  }
}

function requestOf(options: TrainOptions): TrainingRequest {
  const [from, to] = [instant(options.from, '--from'), instant(options.to, '--to')];
  const { sources, metrics, testShare, gapDays, rowsMax, seed, pull, inject } = options;
  return {
    run: options.goOn ?? randomUUID(),
    trigger: 'hand',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(sources === undefined ? {} : { sources }),
    ...(metrics === undefined ? {} : { metrics }),
    ...{ testShare, gapDays, rowsMax, seed, leaveOutMarked: options.leaveOutMarked ?? false },
    hyperparameters: { pull },
    injection: { share: inject, seed },
  };
}

async function servicesOf(
  options: TrainOptions,
  workspace: TrainingWorkspace,
  past: Past,
  labels: readonly Label[],
): Promise<WalkServices> {
  const { registry, live } = await openModels(options.models);
  const prior = options.prior === undefined ? undefined : await readPriorDocument(options.prior);
  const say = (text: string) => void (options.quiet || process.stderr.write(`${text}\n`));
  const tally = openShadowFile(path.join(options.models, SHADOW_FILE), (error) => say(String(error)));
  return {
    workspace,
    registry,
    settings: past.settings,
    prior: async () => prior,
    labels: async (span) => [...labels, ...(await past.labels(span))],
    extent: past.extent,
    history: async () => past.history,
    references: createDriftReferences(openFileDocument(path.join(options.models, REFERENCE_FILE))),
    report: trainingReportHtml,
    challenger: createChallengerPlace(openFileDocument(path.join(options.models, CHALLENGER_FILE))),
    shadowMs: options.shadowHours * HOUR_MS,
    patienceMs: 0,
    async judge({ run, since, forMs, now }) {
      const counts = await tally.tally(run, since, now);
      return judgeShadow(counts, now - since, { ...DEFAULT_SHADOW_RULES, msMin: forMs });
    },
    deployment: createPointerDeployment(live),
    tell: async () => undefined,
    now: Date.now,
    pause: (ms) => pause(ms).then(() => undefined),
    begins: (step) => say(`${step} …`),
    ends: (step, { found }) => say(found.map((words) => `  ${words}`).join('\n') || `  ${step} is done`),
  };
}

async function tellOutcome(options: TrainOptions, workspace: TrainingWorkspace, outcome: Outcome): Promise<void> {
  const { run } = outcome;
  const evaluation = await documentsOf(workspace, run).read(DOCUMENTS.evaluation, EvaluationReportSchema);
  const page = path.join(options.models, 'runs', run, DOCUMENTS.report);
  const report = { ...outcome, ...(evaluation === undefined ? {} : { evaluation, page }) };
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (options.report !== undefined) await writeOutput(options.report, json);
  if (options.report === '-') return;
  process.stdout.write(options.json ? json : reportText(outcome, evaluation, page, options.quiet ?? false));
}

async function readLabels(file: string): Promise<readonly Label[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TrainingError(
      `cannot read labels ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
      { cause },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError(`labels ${file}: not JSON`, { cause });
  }
  const parsed = LabelsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TrainingError(`labels ${file}: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}

function instant(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const parsed = z.safeParse(TimestampSchema, text);
  if (!parsed.success) throw new UsageError(`${option} ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}
