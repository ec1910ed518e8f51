import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { cdkBootstrap } from '../cdk';
import type { Step } from '../world';

export const bootstrap: Step = {
  name: 'an empty account is prepared',
  limitMs: 60_000,
  async run(world) {
    await cdkBootstrap(world);
    const { Stacks } = await world.emulator.cloudFormation.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    return `CDKToolkit ${Stacks![0]!.StackStatus}`;
  },
};
