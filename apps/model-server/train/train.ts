import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UnreadableHistory } from '../../../shared/training/steps/train';
import { TrainingError } from '../../../shared/training/training-error';
import { Interrupted } from './job-checkpoints';
import { foldersBelow } from './job-config';
import { runJob } from './run-job';

/** What SageMaker takes of a reason. */
const REASON_CHARS_MAX = 1_024;

/** The command `train`. Gives the exit code: 0, 1 with the reason in `output/failure`, or 143 when it was interrupted. */
export async function train(root: string): Promise<number> {
  const folders = foldersBelow(root);
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  try {
    await runJob(folders, process.stdout, Date.now, stop.signal);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write(`train: ${error.message}; it goes on from the checkpoints\n`);
      return 143;
    }
    const reason = reasonOf(error);
    process.stderr.write(`train: ${isInWords(error) ? reason : (error as Error).stack}\n`);
    await mkdir(path.dirname(folders.failure), { recursive: true })
      .then(() => writeFile(folders.failure, reason))
      .catch((cause: Error) => process.stderr.write(`train: the reason cannot be left behind: ${cause.message}\n`));
    return 1;
  }
}

function isInWords(error: unknown): boolean {
  return error instanceof TrainingError || error instanceof UnreadableHistory;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words = code === 'ENOSPC' ? `the disk is full: give the job a larger volume (${message})` : message;
  return words.slice(0, REASON_CHARS_MAX);
}
