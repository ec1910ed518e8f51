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

  /** What becomes of the first write of aliases. */
  const firstChange = (happens: () => 'works' | 'answer-lost') => {
    let isFirst = true;
    bucket.s3.fate = (call) => {
      if (!isFirst || bucket.s3.calls[call] !== 'PUT registry/aliases.json') return 'works';
      isFirst = false;
      return happens();
    };
  };
  const who = async () => [await registry().champion(), await registry().challenger()];

  it('names a challenger without taking back what another has promoted at that moment', async () => {
    await registerRuns(registry(), 3);
    await registry().promote(1);
    firstChange(() => {
      bucket.s3.objects.set('registry/aliases.json', JSON.stringify({ champions: [1, 2], challenger: null }));
      return 'works';
    });
    await registry().challenge(3);
    expect(await who()).toEqual([2, 3]);
  });

  it('promotes one that another has just named challenger, which it is no more then', async () => {
    await registerRuns(registry(), 2);
    await registry().promote(1);
    firstChange(() => {
      bucket.s3.objects.set('registry/aliases.json', JSON.stringify({ champions: [1], challenger: 2 }));
      return 'works';
    });
    await registry().promote(2);
    expect(await who()).toEqual([2, undefined]);
  });

  it('keeps what several have changed at once', async () => {
    await registerRuns(registry(), 3);
    await Promise.all([registry().promote(1), registry().promote(2), registry().challenge(3)]);
    const { champions, challenger } = JSON.parse(bucket.s3.objects.get('registry/aliases.json')!);
    expect([champions.sort(), challenger]).toEqual([[1, 2], 3]);
  });

  it('goes back one step, also when the answer to that is lost', async () => {
    await registerRuns(registry(), 3);
    for (const version of [1, 2, 3]) await registry().promote(version);
    firstChange(() => 'answer-lost');
    expect(await registry().rollback()).toBe(2);
    expect(await who()).toEqual([2, undefined]);
  });

  it('names an object that is none of ours', async () => {
    await registerRuns(registry(), 1);
    bucket.s3.objects.set('registry/aliases.json', '{');
    await expect(registry().champion()).rejects.toThrow(/s3:\/\/training\/registry\/aliases\.json is not JSON/);
  });
});
