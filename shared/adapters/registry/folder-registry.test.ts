import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RegistryError } from '../../training/ports';
import { A_RECORD, anArtifact, modelRegistryContract } from '../contracts/model-registry.contract';
import { LIVE_FILE, openFolderRegistry } from './folder-registry';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-registry-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const fresh = () => path.join(root, `${count++}`, 'models');

describe('the folder registry', () => {
  modelRegistryContract(async () => {
    const folder = fresh();
    return () => openFolderRegistry(folder);
  });

  it('keeps the live model whole in one file, and leaves nothing else lying', async () => {
    const folder = fresh();
    const registry = openFolderRegistry(folder);
    await registry.register(anArtifact(2), A_RECORD);
    await registry.promote(1);
    const live = () => JSON.parse(readFileSync(path.join(folder, LIVE_FILE), 'utf8'));
    expect(live()).toEqual({ registryVersion: 1, model: anArtifact(2) });
    await registry.rollback();
    expect(live()).toEqual({ registryVersion: null, model: null });
    expect(readdirSync(folder).sort()).toEqual(['champions.json', LIVE_FILE, 'version-1']);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['something else', '{"artifact":{}}'],
  ])('names a file that holds %s', async (_, text) => {
    const folder = fresh();
    mkdirSync(path.join(folder, 'version-1'), { recursive: true });
    writeFileSync(path.join(folder, 'version-1', 'model.json'), text);
    const registry = openFolderRegistry(folder);
    await expect(registry.list()).rejects.toThrow(/version-1.model\.json/);
    await expect(registry.promote(1)).rejects.toThrow(RegistryError);
    expect((await registry.register(anArtifact(1), A_RECORD)).version).toBe(2);
  });
});
