import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, parseConfig } from '../runtime/config';
import { anArtifact, aRecord } from './contracts/model-registry.contract';
import { type FakeMlflow, startFakeMlflow } from './registry/mlflow/testing/fake-mlflow';
import { openRegistry, type RegistryOptions, RegistryVariables } from './registry-variables';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-variables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'hunter2-hunter2';
const open = (env: Record<string, string>, options: RegistryOptions = { folder }) =>
  openRegistry(parseConfig(RegistryVariables, env), options);

describe('the registry of an environment', () => {
  let mlflow: FakeMlflow;
  beforeEach(async () => {
    mlflow = await startFakeMlflow({ authorization: `Bearer ${SECRET}` });
  });
  afterEach(() => mlflow.close());

  it('is the folder where nothing is said of MLflow', async () => {
    const registry = await open({ MLFLOW_TRACKING_URI: '' });
    expect(registry.place(1)).toBe(path.join(folder, 'version-1'));
  });

  it('is MLflow under the names that are given', async () => {
    const names = { MODEL_NAME: 'plant 7', MLFLOW_EXPERIMENT_NAME: 'weekly', MLFLOW_TRACKING_TOKEN: SECRET };
    const registry = await open({ MLFLOW_TRACKING_URI: mlflow.url, ...names });
    await registry.register(anArtifact(1), aRecord('run'));
    expect([[...mlflow.tracking.models.keys()], [...mlflow.tracking.experiments.keys()]]).toEqual([
      ['plant 7'],
      ['weekly'],
    ]);
  });

  it('has its token from a secret, where functions run', async () => {
    const env = { MLFLOW_TRACKING_URI: mlflow.url, MLFLOW_TRACKING_TOKEN_SECRET: 'tidewatch/mlflow#token' };
    const registry = await open(env, {
      secrets: async (reference) => (reference === 'tidewatch/mlflow#token' ? SECRET : ''),
    });
    expect(await registry.champion()).toBeUndefined();
    await expect(open(env)).rejects.toThrow(/set MLFLOW_TRACKING_TOKEN$/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['an address that is none', { MLFLOW_TRACKING_URI: `mlflow:${SECRET}` }, /^MLFLOW_TRACKING_URI must look like/],
    [
      'the ARN of something else',
      { MLFLOW_TRACKING_URI: 'arn:aws:s3:::bucket' },
      /^MLFLOW_TRACKING_URI is the ARN of no MLflow/,
    ],
    [
      'credentials in the open',
      { MLFLOW_TRACKING_URI: 'http://x.example', MLFLOW_TRACKING_TOKEN: SECRET },
      /HTTPS only/,
    ],
    ['a name that MLflow refuses', { MODEL_NAME: 'a/b' }, /MODEL_NAME/],
  ])('names the variable that holds %s, and not what is in it', async (_, env, words) => {
    const failed = await (async () => open(env))().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ConfigError);
    expect((failed as Error).message).toMatch(words);
    expect((failed as Error).message).not.toContain(SECRET);
  });

  it('has to be MLflow where there is no folder', async () => {
    await expect(open({}, {})).rejects.toThrow(ConfigError);
  });
});
