import { PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { cdkDeploy } from '../cdk';
import { deployedResources, stacks } from '../resources';
import { VERSION } from '../versions';
import type { Step, World } from '../world';

export const deploy: Step = {
  name: "cdk deploy 'emulator/*' makes every stack",
  limitMs: 180_000,
  async run(world) {
    await cdkDeploy(world, VERSION.earlier);
    const made = await stacks(world.emulator.cloudFormation);
    const unfinished = made.filter(({ status }) => status !== 'CREATE_COMPLETE');
    if (made.length === 0 || unfinished.length > 0) throw new Error(`stacks: ${JSON.stringify(made)}`);
    world.resources = await deployedResources(world.emulator.cloudFormation);
    await tagBuckets(world);
    return `${made.map(({ name }) => name).join(', ')}; ${world.resources.length} resources`;
  },
};

/** The tag by which CDK's own function knows that it may empty a bucket; the emulator makes buckets without their tags. */
async function tagBuckets({ resources, emulator }: World): Promise<void> {
  for (const { physicalId } of resources.filter(({ type }) => type === 'AWS::S3::Bucket'))
    await emulator.s3.send(
      new PutBucketTaggingCommand({
        Bucket: physicalId,
        Tagging: { TagSet: [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }] },
      }),
    );
}
