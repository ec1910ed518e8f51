import { anArtifact, aRecord, modelRegistryContract, registerRuns } from '../contracts/model-registry.contract';
import { fakeBucket } from '../s3/testing/fake-bucket';
import { createS3Registry } from './s3-registry';

const bucket = fakeBucket(createS3Registry);
const registry = bucket.open;

describe('the bucket of models', () => {
  modelRegistryContract(async () => registry);

  it('registers a run once, also when the answer to its registration is lost', async () => {
    let isLost = false;
    bucket.s3.fate = (call) => {
      const isVersion = bucket.s3.calls[call]?.startsWith('PUT registry/versions/');
      if (!isVersion || isLost) return 'works';
      isLost = true;
      return 'answer-lost';
    };
    expect(await registry().register(anArtifact(1), aRecord('run-1'))).toMatchObject({ version: 1 });
    expect([isLost, (await registry().list()).length]).toEqual([true, 1]);
  });

  it('names an object that is none of ours', async () => {
    await registerRuns(registry(), 1);
    bucket.s3.objects.set('registry/aliases.json', '{');
    await expect(registry().champion()).rejects.toThrow(/s3:\/\/training\/registry\/aliases\.json is not JSON/);
  });
});
