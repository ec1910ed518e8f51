import { TransientFault } from '../../detection/ports';
import { trainingWorkspaceContract } from '../contracts/training-workspace.contract';
import { fakeBucket } from '../s3/testing/fake-bucket';
import { createS3Workspace } from './s3-workspace';

const bucket = fakeBucket(createS3Workspace);
const workspace = bucket.open;

describe('the bucket of runs', () => {
  trainingWorkspaceContract(async () => workspace);

  it('has runs below a prefix, and takes nothing else there for one', async () => {
    await workspace().write('run', 'plan.json', Buffer.from('x'));
    for (const key of ['distributions/2026-11-22.json', 'runs/stray.json', 'runs/not.a.run/plan.json'])
      bucket.s3.objects.set(key, 'x');
    expect([...bucket.s3.objects.keys()][0]).toBe('runs/run/plan.json');
    expect(await workspace().runs()).toEqual(['run']);
  });

  it('tries again what fails for now', async () => {
    bucket.s3.fate = (call) => (call % 2 === 0 ? { error: 'SlowDown', status: 503 } : 'works');
    await workspace().write('run', 'plan.json', Buffer.from('x'));
    expect((await workspace().read('run', 'plan.json'))?.toString()).toBe('x');
  });

  it('gives up in time, and asks to be called again', async () => {
    bucket.s3.fate = () => 'hangs';
    const impatient = workspace({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(impatient.read('run', 'plan.json')).rejects.toThrow(TransientFault);
  });

  it('names the document that it may not have', async () => {
    bucket.s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(workspace().read('run', 'plan.json')).rejects.toThrow(/document plan\.json of run run refuses/);
  });
});
