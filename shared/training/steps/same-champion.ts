import { DOCUMENTS, TrainingPlanSchema } from '../plan';
import type { ModelRegistry } from '../ports';
import type { RunDocuments } from './documents';

/**
 * Against a champion that is one no more, nothing was proved: another run has gone live meanwhile, or people have chosen.
 *
 * @param own the run's own version, once it may be champion itself
 * @returns the reason to refuse, in words; undefined: the champion is the one of the plan
 */
export async function championChanged(
  documents: RunDocuments,
  registry: Pick<ModelRegistry, 'champion'>,
  own?: number,
): Promise<string | undefined> {
  const { champion } = await documents.need(DOCUMENTS.plan, TrainingPlanSchema);
  const now = await registry.champion();
  if (now === champion?.version || (now !== undefined && now === own)) return undefined;
  const name = now === undefined ? 'the built-in model' : `version ${now}`;
  return `another model became champion since this run began: ${name}; train again`;
}
