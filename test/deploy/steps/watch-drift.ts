import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { DriftEnd } from '../../../lambdas/watch-drift/watch-drift';
import { REFERENCE_FILE } from '../../../shared/adapters/drift/document-references';
import { createS3DistributionLog } from '../../../shared/adapters/drift/s3-distribution-log';
import { Distributions } from '../../../shared/training/distributions';
import { REGION } from '../environment';
import { invoke } from '../invoke';
import { physicalId } from '../resources';
import type { Step } from '../world';

const HOUR_MS = 3_600_000;

export const watchDrift: Step = {
  name: 'what looks live as it did to training has not drifted',
  limitMs: 30_000,
  async run(world) {
    const bucket = physicalId(world.resources, 'AWS::S3::Bucket', /^Training/);
    const reference = await world.emulator.s3.send(new GetObjectCommand({ Bucket: bucket, Key: REFERENCE_FILE }));
    const { distributions } = JSON.parse(await reference.Body!.transformToString()) as { distributions: unknown };
    const trained = Distributions.from(distributions);
    // Detection writes what it counted every ten minutes, which is longer than anybody waits here.
    const log = createS3DistributionLog({ region: REGION, bucket });
    await log.add({ process: 'deploy-test', from: Date.now() - HOUR_MS }, [trained]);
    log.close();
    const end = await invoke<DriftEnd>(world, physicalId(world.resources, 'AWS::Lambda::Function', /WatchDrift/));
    if (end !== 'no-drift') throw new Error(`the watch for drift ended with ${end}`);
    return `${trained.vectors} vectors`;
  },
};
