import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nothingThere } from '../../../shared/adapters/files/nothing-there';
import { writeWholeFile } from '../../../shared/adapters/files/whole-file';
import { type ReplayCheckpoints, ReplayStateSchema } from '../../../shared/training/replay-checkpoints';
import type { JobFolders } from './job-config';

/** The machine is taken away; what was done so far lies in the checkpoints. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const FILE = 'replay.json';
/** Between two checkpoints of a replay; each is some tens of megabytes. */
const EVERY_MS = 120_000;

/**
 * What a replay has come to, in the folder that SageMaker brings to the next machine: every two minutes, and once more when the
 * job is told to stop, between two sources.
 */
export function openJobCheckpoints(
  { checkpoints }: JobFolders,
  now: () => number,
  stop: AbortSignal,
): ReplayCheckpoints {
  const file = path.join(checkpoints, FILE);
  let keptAt = now();
  return {
    async load() {
      const text = await readFile(file, 'utf8').catch(nothingThere(undefined));
      return text === undefined ? undefined : stateIn(text);
    },
    async offer(state) {
      if (!stop.aborted && now() - keptAt < EVERY_MS) return;
      await writeWholeFile(file, JSON.stringify(state()));
      keptAt = now();
      if (stop.aborted) throw new Interrupted('the machine is taken away');
    },
  };
}

/** One that did not arrive whole is worth nothing: the replay begins. */
function stateIn(text: string) {
  try {
    return ReplayStateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
