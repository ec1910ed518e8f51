import { DOCUMENTS, type Outcome, OutcomeSchema } from '../plan';
import { abandonTraining } from './abandon';
import { DeploymentSchema } from './deploy';
import { documentsOf } from './documents';
import { deployAndPromote, type WalkServices } from './walk';

/**
 * Runs whose process was killed while they put their model live: what scores and the registry's champion may be two models.
 * Each is finished, or taken back, as its deploy step decides. Rejects with the first failure that cannot be taken back
 * either: the next call goes on there.
 *
 * @param but this one has somebody who walks it
 * @returns how they ended
 */
export async function finishDeployments(services: WalkServices, but: string): Promise<readonly Outcome[]> {
  const ended: Outcome[] = [];
  for (const run of await services.workspace.runs()) {
    const documents = documentsOf(services.workspace, run);
    const begun = await documents.read(DOCUMENTS.deployment, DeploymentSchema);
    if (run === but || begun === undefined || (await documents.read(DOCUMENTS.outcome, OutcomeSchema)) !== undefined)
      continue;
    try {
      await deployAndPromote(services, { run });
    } catch (error) {
      const { name, message } = error as Error;
      await abandonTraining(services, { run, error: name, cause: message });
    }
    ended.push(await documents.need(DOCUMENTS.outcome, OutcomeSchema));
  }
  return ended;
}
