import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anArtifact, aRecord } from '../../../shared/adapters/contracts/model-registry.contract';
import { type FakeMlflow, startFakeMlflow } from '../../../shared/adapters/registry/mlflow/testing/fake-mlflow';
import { RegistryError } from '../../../shared/training/ports';
import { listModels } from './list-models';
import { openModels, promoteModel, rollBackModel } from './open-models';
import { showModel } from './show-model';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-models-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

describe.each([['a folder'], ['MLflow']])('models kept in %s', (kind) => {
  const { MLFLOW_TRACKING_URI: before } = process.env;
  let folder: string;
  let mlflow: FakeMlflow | undefined;
  beforeEach(async () => {
    folder = path.join(root, String(count++));
    mlflow = kind === 'MLflow' ? await startFakeMlflow() : undefined;
    process.env['MLFLOW_TRACKING_URI'] = mlflow?.url ?? '';
    const { registry } = await openModels(folder);
    for (const n of [1, 2]) {
      const report = { 'report.html': Buffer.from(`<p>${n}</p>`) };
      await registry.register(anArtifact(n), aRecord(`run-${n}`), n === 1 ? report : {});
    }
  });
  afterEach(async () => {
    process.env['MLFLOW_TRACKING_URI'] = before ?? '';
    await mlflow?.close();
  });
  const live = () => JSON.parse(readFileSync(path.join(folder, 'live.json'), 'utf8')) as unknown;

  it('are promoted and taken back, and what scores on this machine goes with it', async () => {
    await promoteModel(folder, 2);
    expect(live()).toEqual({ registryVersion: 2, model: anArtifact(2) });
    await promoteModel(folder, 1);
    expect(live()).toEqual({ registryVersion: 1, model: anArtifact(1) });
    expect(await rollBackModel(folder)).toBe(2);
    expect(live()).toEqual({ registryVersion: 2, model: anArtifact(2) });
    expect(await rollBackModel(folder)).toBeUndefined();
    expect(live()).toEqual({ registryVersion: null, model: null });
    await expect(rollBackModel(folder)).rejects.toThrow(RegistryError);
  });

  it('are listed with what they are', async () => {
    expect(await listModels({ models: folder })).toMatch(/The built-in model is champion\.\n$/);
    await promoteModel(folder, 1);
    await (await openModels(folder)).registry.challenge(2);
    const lines = (await listModels({ models: folder })).split('\n');
    expect(lines[0]).toBe('1  weighted-1  2026-11-22T00:00Z  let through  champion');
    expect(lines).toContain('2  weighted-2  2026-11-22T00:00Z  let through  challenger');
    const json = JSON.parse(await listModels({ models: folder, json: true })) as object;
    expect(json).toMatchObject({ champion: 1, challenger: 2, versions: [{ version: 1 }, { version: 2 }] });
  });

  it('are shown one by one, with the place that holds the report', async () => {
    const text = await showModel(1, { models: folder });
    expect(text).toMatch(/run: run-1, dataset: abc, feature schema: 1\n/);
    expect(text).toMatch(/\n {3}f1 +0\.5\n/);
    const place = mlflow === undefined ? path.join(folder, 'version-1') : `${mlflow.url}/#/models/tidewatch/versions/1`;
    expect(text).toContain(`kept at ${place}: report.html\n`);
    expect(JSON.parse(await showModel(1, { models: folder, json: true }))).toMatchObject({
      ...{ version: 1, record: aRecord('run-1'), place, documents: ['report.html'] },
    });
  });

  it('give away their report, where there is one', async () => {
    const report = path.join(folder, 'out', 'report.html');
    await showModel(1, { models: folder, report });
    expect(readFileSync(report, 'utf8')).toBe('<p>1</p>');
    await expect(showModel(2, { models: folder, report })).rejects.toThrow(/version 2 was registered without a report/);
    await expect(showModel(9, { models: folder })).rejects.toThrow(/no model version 9/);
  });
});
