import { TransientFault } from '../../detection/ports';
import { trainingWorkspaceContract } from '../contracts/training-workspace.contract';
import { type FakeS3, startFakeS3 } from '../s3/testing/fake-s3';
import { createS3Workspace, type S3WorkspaceOptions } from './s3-workspace';

let s3: FakeS3;
const open: { close(): void }[] = [];
const workspace = (more: Partial<S3WorkspaceOptions> = {}) => {
  const made = createS3Workspace({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'training', ...more });
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

describe('the bucket of runs', () => {
  trainingWorkspaceContract(async () => workspace);

  it('has runs below a prefix, and takes nothing else there for one', async () => {
    await workspace().write('run', 'plan.json', Buffer.from('x'));
    for (const key of ['distributions/2026-11-22.json', 'runs/stray.json', 'runs/not.a.run/plan.json'])
      s3.objects.set(key, 'x');
    expect([...s3.objects.keys()][0]).toBe('runs/run/plan.json');
    expect(await workspace().runs()).toEqual(['run']);
  });

  it('tries again what fails for now', async () => {
    s3.fate = (call) => (call % 2 === 0 ? { error: 'SlowDown', status: 503 } : 'works');
    await workspace().write('run', 'plan.json', Buffer.from('x'));
    expect((await workspace().read('run', 'plan.json'))?.toString()).toBe('x');
  });

  it('gives up in time, and asks to be called again', async () => {
    s3.fate = () => 'hangs';
    const impatient = workspace({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(impatient.read('run', 'plan.json')).rejects.toThrow(TransientFault);
  });

  it('names the document that it may not have', async () => {
    s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(workspace().read('run', 'plan.json')).rejects.toThrow(/document plan\.json of run run refuses/);
  });
});
