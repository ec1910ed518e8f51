import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RegistryError } from '../../training/ports';
import { doneThenKilled } from '../contracts/killed-process';
import { anArtifact, aRecord, modelRegistryContract, registerRuns } from '../contracts/model-registry.contract';
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
    await registry.register(anArtifact(2), aRecord('run'));
    await registry.promote(1);
    const live = () => JSON.parse(readFileSync(path.join(folder, LIVE_FILE), 'utf8'));
    expect(live()).toEqual({ registryVersion: 1, model: anArtifact(2) });
    await registry.rollback();
    expect(live()).toEqual({ registryVersion: null, model: null });
    expect(readdirSync(folder).sort()).toEqual(['champions.json', LIVE_FILE, 'version-1']);
  });

  it('reads what was kept before runs had ids, each version as a run of its own', async () => {
    const folder = fresh();
    const { run: _, ...record } = aRecord('none');
    for (const n of [1, 2]) {
      mkdirSync(path.join(folder, `version-${n}`), { recursive: true });
      const file = path.join(folder, `version-${n}`, 'model.json');
      writeFileSync(file, JSON.stringify({ artifact: anArtifact(n), record }));
    }
    writeFileSync(path.join(folder, 'champions.json'), '{"champions":[1,null,2]}');
    const registry = openFolderRegistry(folder);
    const old = (n: number) => ({ version: n, artifact: anArtifact(n), record: { ...record, run: `version-${n}` } });
    expect(await registry.list()).toEqual([old(1), old(2)]);
    expect([await registry.champion(), await registry.challenger()]).toEqual([2, undefined]);
    expect(await registry.document(1, 'schema.json')).toBeUndefined();
    expect((await registry.register(anArtifact(3), aRecord('new'))).version).toBe(3);
    expect(await registry.rollback()).toBeUndefined();
  });

  it('has a version on disk once it is registered, whatever happens to the process', async () => {
    const folder = fresh();
    const [artifact, record] = [anArtifact(1), aRecord('run')].map((part) => JSON.stringify(part));
    await doneThenKilled(
      path.join(__dirname, 'folder-registry.ts'),
      `await module.openFolderRegistry(${JSON.stringify(folder)}).register(${artifact}, ${record}, { 'a.txt': Buffer.from('x') });`,
    );
    expect((await openFolderRegistry(folder).list()).map(({ record: { run } }) => run)).toEqual(['run']);
    expect(String(await openFolderRegistry(folder).document(1, 'a.txt'))).toBe('x');
  });

  it('shows nothing of a registration that was left half done', async () => {
    const folder = fresh();
    await registerRuns(openFolderRegistry(folder), 1);
    mkdirSync(path.join(folder, '.new-0123456789ab'));
    writeFileSync(path.join(folder, '.new-0123456789ab', 'evaluation.json'), '{');
    expect(await openFolderRegistry(folder).list()).toHaveLength(1);
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
    expect((await registry.register(anArtifact(1), aRecord('run'))).version).toBe(2);
  });
});
