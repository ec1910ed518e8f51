import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anArtifact, registerRuns } from '../adapters/contracts/model-registry.contract';
import { openFolderRegistry } from '../adapters/registry/folder-registry';
import { openLiveModelFile } from '../adapters/registry/live-model-file';
import { followChampion } from './follow-champion';
import { type LiveModel, RegistryError } from './ports';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-follow-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = path.join(root, 'elsewhere', 'live.json');

describe('the live model', () => {
  const registry = openFolderRegistry(path.join(root, 'models'));
  const pointer = openLiveModelFile(file);
  let written: LiveModel[] = [];
  const counted = {
    read: pointer.read,
    write: (live: LiveModel) => {
      written.push(live);
      return pointer.write(live);
    },
  };
  beforeEach(() => {
    written = [];
  });

  it('is the built-in one at first', async () => {
    expect(await pointer.read()).toBeUndefined();
    expect(await followChampion(registry, counted)).toEqual({ registryVersion: null, model: null });
    expect(written).toHaveLength(1);
  });

  it('becomes the champion, and is written only where it changes', async () => {
    await registerRuns(registry, 2);
    await registry.promote(2);
    const expected = { registryVersion: 2, model: anArtifact(2) };
    for (let i = 0; i < 2; i++) expect(await followChampion(registry, counted)).toEqual(expected);
    expect(written).toEqual([expected]);
    expect(await pointer.read()).toEqual(expected);
  });

  it('stays what it is when the pointer holds something that is none of ours', async () => {
    writeFileSync(file, '{"model": 7}');
    await expect(followChampion(registry, counted)).rejects.toThrow(RegistryError);
    expect(written).toEqual([]);
  });
});
