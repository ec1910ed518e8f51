import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { cdkDeployAgain } from '../cdk';
import { makeFailingVersion } from '../failing-version';
import { deployedResources, stacks } from '../resources';
import {
  chooseModel,
  expectAdded,
  expectKept,
  expectPathInto,
  laterDatabase,
  makeLaterDatabase,
  rowsIn,
  VERSION,
} from '../versions';
import type { Step, World } from '../world';

/** A parameter that is there, and is none of the stacks'. */
const TAKEN = '/test/taken';
const OTHERS = 'of others';

export const failUpdate: Step = {
  name: 'an update that fails in CloudFormation is undone',
  limitMs: 120_000,
  async run(world) {
    const { emulator, urls } = world;
    await chooseModel(world);
    await makeLaterDatabase(world);
    await emulator.ssm.send(new PutParameterCommand({ Name: TAKEN, Value: OTHERS, Type: 'String' }));
    const before = await rowsIn(urls.influx);
    const changed = makeFailingVersion(world, urls.influx, laterDatabase(world), TAKEN);
    await expectFailure(world);
    const [functions, data] = await stacks(emulator.cloudFormation);
    if (functions?.status !== 'UPDATE_ROLLBACK_COMPLETE' || data?.status !== 'CREATE_COMPLETE')
      throw new Error(`stacks: ${JSON.stringify([functions, data])}`);
    const resources = await deployedResources(emulator.cloudFormation);
    if (JSON.stringify(resources) !== JSON.stringify(world.resources))
      throw new Error('the stacks have other resources');
    const { Parameter } = await emulator.ssm.send(new GetParameterCommand({ Name: TAKEN }));
    if (Parameter?.Value !== OTHERS) throw new Error(`what others have is ${Parameter?.Value}`);
    const point = await expectPathInto(world, urls.influx);
    expectAdded(before, await rowsIn(urls.influx, laterDatabase(world)), point);
    await expectKept(world);
    return `${changed} functions were changed and are as before; ${before.size} rows are kept, the next point is added`;
  },
};

async function expectFailure(world: World): Promise<void> {
  const said = await cdkDeployAgain(world, VERSION.failing).then(
    () => 'cdk deploy ended well',
    (error: Error) => error.message,
  );
  if (!/already ?exists/i.test(said)) throw new Error(said);
}
