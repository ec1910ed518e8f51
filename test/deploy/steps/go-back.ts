import { cdkDeployAgain } from '../cdk';
import { expectAdded, expectKept, expectPathInto, laterDatabase, rowsIn, VERSION } from '../versions';
import type { Step } from '../world';

export const goBack: Step = {
  name: 'the earlier version, deployed again, goes on from what the later one has learnt',
  limitMs: 180_000,
  async run(world) {
    const databases = [world.urls.influx, laterDatabase(world)];
    const before = await rowsIn(...databases);
    await cdkDeployAgain(world, VERSION.earlier);
    const point = await expectPathInto(world, world.urls.influx);
    expectAdded(before, await rowsIn(...databases), point);
    await expectKept(world);
    return `${before.size} rows of both versions are kept, the next point is added; live model and rules are as they were`;
  },
};
