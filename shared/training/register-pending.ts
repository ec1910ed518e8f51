import { z } from 'zod';
import { DOCUMENTS } from './plan';
import { RegistryError, type TrainingWorkspace } from './ports';
import { TrainingError } from './training-error';

/**
 * Runs that have a model and a decision, and no version: the registry was not there when it was due. Oldest first; runs of one
 * moment in the order of their names.
 */
export async function pendingRuns(workspace: TrainingWorkspace): Promise<readonly string[]> {
  const pending: { run: string; createdAt: number }[] = [];
  for (const run of await workspace.runs()) {
    const has = async (name: string) => (await workspace.read(run, name)) !== undefined;
    if ((await has(DOCUMENTS.registered)) || !(await has(DOCUMENTS.decision)) || !(await has(DOCUMENTS.model)))
      continue;
    pending.push({ run, createdAt: createdAtIn(await workspace.read(run, DOCUMENTS.plan)) });
  }
  return pending.sort((a, b) => a.createdAt - b.createdAt).map(({ run }) => run);
}

export interface RegisteredPending {
  readonly registered: readonly string[];
  /** Runs that the registry refuses, or whose documents are broken: people have to look at them. */
  readonly refused: readonly { readonly run: string; readonly reason: string }[];
}

/**
 * Registers what waits, oldest first, so that versions are in the order in which models were made. What fails for now ends it:
 * it rejects with that failure, what is registered is registered, and the rest waits on.
 *
 * @param register registers one run and writes down that it is; safe to be called again
 */
export async function registerPending(
  workspace: TrainingWorkspace,
  register: (run: string) => Promise<unknown>,
): Promise<RegisteredPending> {
  const registered: string[] = [];
  const refused: { run: string; reason: string }[] = [];
  for (const run of await pendingRuns(workspace)) {
    try {
      await register(run);
      registered.push(run);
    } catch (error) {
      if (!(error instanceof RegistryError || error instanceof TrainingError)) throw error;
      refused.push({ run, reason: error.message });
    }
  }
  return { registered, refused };
}

/** Is a run registered that began later than this one? O(runs). */
export async function newerIsRegistered(workspace: TrainingWorkspace, run: string): Promise<boolean> {
  const createdAt = createdAtIn(await workspace.read(run, DOCUMENTS.plan));
  for (const other of await workspace.runs()) {
    if (other === run || (await workspace.read(other, DOCUMENTS.registered)) === undefined) continue;
    if (createdAtIn(await workspace.read(other, DOCUMENTS.plan)) > createdAt) return true;
  }
  return false;
}

const CreatedSchema = z.object({ createdAt: z.number() });

/** A run whose plan cannot be read comes last: whoever registers it is told what is wrong with it. */
function createdAtIn(plan: Buffer | undefined): number {
  try {
    return CreatedSchema.parse(JSON.parse(String(plan))).createdAt;
  } catch {
    return Number.MAX_VALUE;
  }
}
