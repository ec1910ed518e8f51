import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { doneThenKilled } from '../contracts/killed-process';
import { trainingWorkspaceContract } from '../contracts/training-workspace.contract';
import { openFolderWorkspace } from './folder-workspace';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-workspace-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const fresh = () => path.join(root, `${count++}`, 'runs');

describe('the folder of runs', () => {
  trainingWorkspaceContract(async () => {
    const folder = fresh();
    return () => openFolderWorkspace(folder);
  });

  it('leaves nothing lying beside a document', async () => {
    const folder = fresh();
    const workspace = openFolderWorkspace(folder);
    await Promise.all(['a', 'b', 'c'].map((text) => workspace.write('run', 'plan.json', Buffer.from(text))));
    expect(readdirSync(path.join(folder, 'run'))).toEqual(['plan.json']);
  });

  it('has a document on disk once it is written, whatever happens to the process', async () => {
    const folder = fresh();
    await doneThenKilled(
      path.join(__dirname, 'folder-workspace.ts'),
      `await module.openFolderWorkspace(${JSON.stringify(folder)}).write('run', 'plan.json', Buffer.from('whole'));`,
    );
    expect((await openFolderWorkspace(folder).read('run', 'plan.json'))?.toString()).toBe('whole');
  });

  it('says what is wrong when the folder cannot be', async () => {
    const file = `${fresh().slice(0, -5)}-is-a-file`;
    writeFileSync(file, '');
    const workspace = openFolderWorkspace(file);
    await expect(workspace.write('run', 'plan.json', Buffer.from('x'))).rejects.toThrow(/ENOTDIR|EEXIST/);
  });
});
