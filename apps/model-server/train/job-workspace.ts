import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nothingThere } from '../../../shared/adapters/files/nothing-there';
import { writeWholeFile } from '../../../shared/adapters/files/whole-file';
import { DOCUMENTS } from '../../../shared/training/plan';
import type { TrainingWorkspace } from '../../../shared/training/ports';
import type { JobFolders } from './job-config';

/**
 * The documents of the job's run: what it writes lies in the checkpoints until the job has ended, so that a job that goes on
 * elsewhere has it; what it reads comes from there, or from the channel that brings it.
 */
export function openJobWorkspace({ channel, checkpoints }: JobFolders, run: string): TrainingWorkspace {
  const places = (name: string) => [
    path.join(checkpoints, name),
    path.join(channel(name === DOCUMENTS.plan ? 'plan' : 'model'), name),
  ];
  return {
    async read(_, name) {
      for (const file of places(name)) {
        const content = await readFile(file).catch(nothingThere(undefined));
        if (content !== undefined) return content;
      }
      return undefined;
    },
    write: (_, name, content) => writeWholeFile(path.join(checkpoints, name), content),
    runs: async () => [run],
  };
}

/** Documents of a step, for what comes after the job. Model last: it says that all is there. */
const RESULTS = {
  train: [DOCUMENTS.outcome, DOCUMENTS.injection, DOCUMENTS.training, DOCUMENTS.model],
  evaluate: [DOCUMENTS.evaluation],
} as const;

/** Puts what the step wrote where SageMaker takes results from. */
export async function keepResults({ model, checkpoints }: JobFolders, step: keyof typeof RESULTS): Promise<void> {
  for (const name of RESULTS[step]) {
    const content = await readFile(path.join(checkpoints, name)).catch(nothingThere(undefined));
    if (content !== undefined) await writeWholeFile(path.join(model, name), content);
  }
}
