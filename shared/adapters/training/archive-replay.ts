import { DOCUMENTS } from '../../training/plan';
import type { TrainingWorkspace } from '../../training/ports';
import { sampleRules } from '../../training/source-sample';
import type { ReplayServices } from '../../training/steps/train';
import { TrainingError } from '../../training/training-error';
import { openArchiveHistory } from '../history/archive-history';
import { readManifest } from '../history/points-manifest';
import { openS3Archive } from '../s3/s3-archive';

/** Replays of what a run's manifest names, read from its bucket as it goes. */
export function openArchiveReplay(region: string, workspace: TrainingWorkspace): Omit<ReplayServices, 'now'> {
  return {
    workspace,
    async history(plan) {
      const { run, settings } = plan;
      const text = await workspace.read(run, DOCUMENTS.points);
      if (text === undefined)
        throw new TrainingError(`run ${run} has no ${DOCUMENTS.points}: it was not prepared here`);
      const { bucket, keys } = readManifest(text.toString());
      const archive = openS3Archive({ region, bucket });
      return openArchiveHistory({ settings, sample: sampleRules(plan), objects: () => archive.objects(keys) });
    },
  };
}
