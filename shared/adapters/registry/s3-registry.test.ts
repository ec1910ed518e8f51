import { anArtifact, aRecord, modelRegistryContract, registerRuns } from '../contracts/model-registry.contract';
import { type FakeS3, startFakeS3 } from '../s3/testing/fake-s3';
import { createS3Registry } from './s3-registry';

let s3: FakeS3;
const open: { close(): void }[] = [];
const registry = (more = {}) => {
  const made = createS3Registry({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'training', ...more });
  open.push(made);
  return made;
};
beforeEach(async () => {
  s3 = await startFakeS3('training');
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await s3.close();
});

describe('the bucket of models', () => {
  modelRegistryContract(async () => registry);

  it('registers a run once, also when the answer to its registration is lost', async () => {
    let isLost = false;
    s3.fate = (call) => {
      const isVersion = s3.calls[call]?.startsWith('PUT registry/versions/');
      if (!isVersion || isLost) return 'works';
      isLost = true;
      return 'answer-lost';
    };
    expect(await registry().register(anArtifact(1), aRecord('run-1'))).toMatchObject({ version: 1 });
    expect([isLost, (await registry().list()).length]).toEqual([true, 1]);
  });

  it('names an object that is none of ours', async () => {
    await registerRuns(registry(), 1);
    s3.objects.set('registry/aliases.json', '{');
    await expect(registry().champion()).rejects.toThrow(/s3:\/\/training\/registry\/aliases\.json is not JSON/);
  });
});
