import { cdkDeploy } from '../cdk';
import { expectAdded, expectKept, expectPathInto, laterDatabase, rowsIn, VERSION } from '../versions';
import type { Step } from '../world';

export const update: Step = {
  name: 'an update moves the store, keeps what was learnt, and leaves the live model and the rules alone',
  limitMs: 180_000,
  async run(world) {
    const later = laterDatabase(world);
    await cdkDeploy(world, VERSION.later, { INFLUX_URL: later });
    const point = await expectPathInto(world, later);
    expectAdded(new Set(), await rowsIn(later), point);
    await expectKept(world);
    return 'rows of what came after it alone are there, of a source that had learnt';
  },
};
