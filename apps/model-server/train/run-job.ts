import { mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ArchiveHistory, openArchiveHistory } from '../../../shared/adapters/history/archive-history';
import { folderObjects } from '../../../shared/adapters/history/archive-objects';
import { EvaluationReportSchema } from '../../../shared/training/evaluation-report';
import { DOCUMENTS } from '../../../shared/training/plan';
import type { PointHistory, TrainingWorkspace } from '../../../shared/training/ports';
import { sampleRules } from '../../../shared/training/source-sample';
import { documentsOf } from '../../../shared/training/steps/documents';
import { evaluateStep } from '../../../shared/training/steps/evaluate';
import { type ReplayServices, TrainingDocumentSchema, trainStep } from '../../../shared/training/steps/train';
import { Interrupted, openJobCheckpoints } from './job-checkpoints';
import { type Job, type JobFolders, readJob } from './job-config';
import { keepResults, openJobWorkspace } from './job-workspace';
import { metricLines } from './metric-lines';

/** What the job tells while it runs. */
export interface JobOutput {
  write(text: string): void;
}

/** Points between two lines of progress. */
const PROGRESS_POINTS = 1_000_000;
/** So often signals get their turn. */
const TURN_POINTS = 5_000;

/**
 * One step of a run as a training job of SageMaker: channels in, documents out. Done again after it was interrupted, on this
 * machine or another one with the same checkpoints, it comes to the same bytes.
 *
 * @throws {TrainingError} in words, for what the job was given
 * @throws {Interrupted} as soon as `stop` says so
 */
export async function runJob(
  folders: JobFolders,
  output: JobOutput,
  now: () => number,
  stop: AbortSignal,
): Promise<void> {
  const job = await readJob(folders);
  await mkdir(folders.checkpoints, { recursive: true });
  const workspace = openJobWorkspace(folders, job.run);
  const services: ReplayServices = {
    workspace,
    ...(job.step === 'train' ? { checkpoints: openJobCheckpoints(folders, now, stop) } : {}),
    now,
    history: async (plan) => {
      const objects = () => folderObjects(folders.channel('points'));
      return told(openArchiveHistory({ settings: plan.settings, sample: sampleRules(plan), objects }), output, stop);
    },
  };
  const { found } = await (job.step === 'train' ? trainStep : evaluateStep)(services, job);
  for (const words of found) output.write(`${words}\n`);
  output.write(await metricsOf(workspace, job));
  await keepResults(folders, job.step);
}

function told(history: ArchiveHistory, output: JobOutput, stop: AbortSignal | undefined): PointHistory {
  return {
    bySource: history.bySource,
    drawn: () => history.drawn(),
    async *read() {
      let points = 0;
      for await (const point of history.read()) {
        points += 1;
        if (points % PROGRESS_POINTS === 0) output.write(`${points} points\n`);
        if (points % TURN_POINTS === 0) await nextTurn();
        if (stop?.aborted) throw new Interrupted('the machine is taken away');
        yield point;
      }
    },
  };
}

async function metricsOf(workspace: TrainingWorkspace, { run, step }: Job): Promise<string> {
  const { read } = documentsOf(workspace, run);
  if (step === 'train') {
    const training = await read(DOCUMENTS.training, TrainingDocumentSchema);
    return training === undefined ? '' : metricLines({ points: training.points, windows: training.windows });
  }
  const evaluation = await read(DOCUMENTS.evaluation, EvaluationReportSchema);
  if (evaluation === undefined) return '';
  const { f1, recall, falseAlarms, rocAuc } = evaluation.challenger.overall;
  return metricLines({ f1, championF1: evaluation.champion.overall.f1, recall, falseAlarms, rocAuc });
}
