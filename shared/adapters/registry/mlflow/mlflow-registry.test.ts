import { TransientFault } from '../../../detection/ports';
import { type ModelRegistry, RegistryError, type TrainingRecord } from '../../../training/ports';
import {
  anArtifact,
  aRecord,
  modelRegistryContract,
  registerRuns,
  SOME_DOCUMENTS,
} from '../../contracts/model-registry.contract';
import { type FakeS3, startFakeS3 } from '../../s3/testing/fake-s3';
import { type MlflowRegistryOptions, openMlflowRegistry } from './mlflow-registry';
import { mlflowTarget } from './mlflow-target';
import { type FakeMlflow, type FakeMlflowOptions, startFakeMlflow } from './testing/fake-mlflow';
import { losingFirstAnswers } from './testing/killed-exchange';

let mlflow: FakeMlflow;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(options: FakeMlflowOptions = {}): Promise<FakeMlflow> {
  mlflow = await startFakeMlflow(options);
  open.push(mlflow);
  return mlflow;
}

function registry(more: Partial<MlflowRegistryOptions> = {}): ModelRegistry {
  const opened = openMlflowRegistry({
    ...{ target: mlflowTarget(mlflow.url), modelName: 'tidewatch', experimentName: 'training', region: 'eu-central-1' },
    ...more,
  });
  open.unshift(opened);
  return opened;
}

/** Not used without need: time runs while it waits. */
const IMPATIENT = { timeoutMs: 300, attemptTimeoutMs: 100 };

describe('MLflow that keeps artifacts behind it', () => {
  modelRegistryContract(async () => {
    await start();
    return registry;
  });
});

describe('an old MLflow', () => {
  beforeEach(() => start({ isOld: true }));

  it('is asked what there is when it fails to give a file, and soon says that there is none', async () => {
    await registry().register(anArtifact(1), aRecord('run-1'), SOME_DOCUMENTS);
    expect(await registry().document(1, 'other.json')).toBeUndefined();
    expect((await registry().document(1, 'report.html'))?.equals(SOME_DOCUMENTS['report.html'])).toBe(true);
  });

  it('has a file that it fails to give and lists, and is asked again', async () => {
    await registerRuns(registry(), 1);
    let failures = 2;
    mlflow.fate = (_, { path }) =>
      path.endsWith('model.json') && failures-- > 0 ? { status: 500, body: 'busy' } : 'works';
    expect(await registry().list()).toHaveLength(1);
    expect(failures).toBeLessThan(0);
  });
});

describe('MLflow that keeps artifacts in a bucket', () => {
  let s3: FakeS3;
  modelRegistryContract(async () => {
    s3 = await startFakeS3('kept');
    open.push(s3);
    await start({ artifactRoot: 's3://kept/some/where' });
    return () => registry({ s3EndpointUrl: s3.url });
  });

  it('has files there and none with the server', async () => {
    await registerRuns(registry({ s3EndpointUrl: s3.url }), 1);
    const below = `some/where/1/${'1'.padStart(32, '0')}/artifacts`;
    const names = ['model/MLmodel', 'model/model.json', 'record.json', 'schema.json'];
    expect([...s3.objects.keys()].sort()).toEqual(names.map((name) => `${below}/${name}`));
    expect(mlflow.files.size).toBe(0);
  });

  it('does not repeat what the bucket refuses, and says so', async () => {
    s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    const failed = registry({ s3EndpointUrl: s3.url }).register(anArtifact(1), aRecord('run-1'));
    await expect(failed).rejects.toThrow(RegistryError);
    expect(s3.calls).toHaveLength(1);
  });
});

describe('MLflow', () => {
  beforeEach(() => start());

  it('has a run with what was measured, a dataset, and a version with aliases', async () => {
    const record = aRecord('run-1');
    await registry().register(anArtifact(1), record, SOME_DOCUMENTS);
    await registry().promote(1);
    const [run] = [...mlflow.tracking.runs.values()];
    expect(run!.status).toBe('FINISHED');
    expect(Object.fromEntries(run!.params)).toEqual({ pull: '5', testFrom: record.parameters['testFrom'] });
    expect(Object.fromEntries(run!.metrics)).toEqual(record.metrics);
    expect([...run!.datasets.values()]).toMatchObject([{ name: 'points', digest: 'abc' }]);
    expect(Object.fromEntries(run!.tags)).toMatchObject({
      'tidewatch.run': 'run-1',
      'tidewatch.decision': 'let through',
    });
    const { versions, aliases, tags } = mlflow.tracking.models.get('tidewatch')!;
    expect(versions).toMatchObject([{ run_id: run!.runId, source: `${run!.artifactUri}/model` }]);
    expect([[...aliases], [...tags]]).toEqual([[['champion', 1]], [['tidewatch.champions', '[1]']]]);
  });

  it('takes records of any size and any names, and gives them back whole', async () => {
    const many = (n: number, value: number | string) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
    const record: TrainingRecord = {
      ...aRecord('run-1'),
      parameters: {
        ...many(250, 1),
        ...{
          '../up': 1,
          '.': 2,
          '': 3,
          'a//b': 4,
          'größe (%)': 5,
          'größe [%]': 6,
          ['x'.repeat(400)]: 'y'.repeat(9_000),
        },
      },
      metrics: { ...many(2_500, 0.25), 'false alarms/week (95 %)': -0 },
      dataset: 'f'.repeat(64),
      reasons: [`🌊${'r'.repeat(20_000)}`],
    };
    await registry().register(anArtifact(1), record);
    expect((await registry().list())[0]!.record).toEqual(JSON.parse(JSON.stringify(record)));
    const [run] = [...mlflow.tracking.runs.values()];
    expect([run!.params.size, run!.metrics.size]).toEqual([256, 2_501]);
  });

  it('passes over versions of others, and promotes none of them', async () => {
    await registerRuns(registry(), 1);
    const [run] = [...mlflow.tracking.runs.values()];
    mlflow.tracking.createVersion({ name: 'tidewatch', source: 's3://else/where', run_id: run!.runId, tags: [] });
    mlflow.tracking.setAlias('tidewatch', 'champion', 2);
    expect((await registry().list()).map(({ version }) => version)).toEqual([1]);
    expect(await registry().champion()).toBe(2);
    for (const wrong of [registry().promote(2), registry().challenge(2), registry().document(2, 'schema.json')])
      await expect(wrong).rejects.toThrow(/version 2 of tidewatch in MLflow was not registered by Tidewatch/);
    await registry().promote(1);
    expect(await registry().champion()).toBe(1);
  });

  it('takes an alias that somebody else has moved for a promotion', async () => {
    await registerRuns(registry(), 3);
    await registry().promote(1);
    mlflow.tracking.setAlias('tidewatch', 'champion', 3);
    expect(await registry().champion()).toBe(3);
    expect(await registry().rollback()).toBe(1);
  });

  it.each<[string, string, string | undefined, RegExp]>([
    ['changed', 'model/model.json', JSON.stringify(anArtifact(7)), /version 1 .* is not the one that was registered/],
    ['gone', 'model/model.json', undefined, /version 1 .* has no model\/model\.json/],
    ['no JSON', 'record.json', '{', /version 1 .*record\.json is not JSON/],
    ['something else', 'record.json', '{}', /version 1 .*record\.json is none of ours/],
  ])('names a version of ours of which a file is %s, and makes it nothing', async (_, name, text, words) => {
    await registerRuns(registry(), 1);
    const path = [...mlflow.files.keys()].find((key) => key.endsWith(name))!;
    if (text === undefined) mlflow.files.delete(path);
    else mlflow.files.set(path, Buffer.from(text));
    const failed = await registry()
      .list()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RegistryError);
    expect(String(failed)).toMatch(words);
    await expect(registry().promote(1)).rejects.toThrow(RegistryError);
    expect(await registry().champion()).toBeUndefined();
  });

  it('reads each version once', async () => {
    await registerRuns(registry(), 5);
    const reader = registry();
    await reader.list();
    const before = mlflow.requests.length;
    expect(await reader.list()).toHaveLength(5);
    // Three pages of two.
    expect(mlflow.requests.length - before).toBe(3);
  });

  it.each([
    'file:///mlruns/1/artifacts',
    '/mlruns/1/artifacts',
    'gs://bucket/1',
    'mlflow-artifacts://other.example:1/1',
  ])('says what to do where artifacts are kept at %s', async (artifactRoot) => {
    await mlflow.close();
    await start({ artifactRoot });
    const failed = registry().register(anArtifact(1), aRecord('run-1'));
    await expect(failed).rejects.toThrow(/--serve-artifacts/);
    expect(await registry().list()).toEqual([]);
  });

  it('names an experiment that was deleted', async () => {
    mlflow.tracking.experiments.set('training', { experiment_id: '1', lifecycle_stage: 'deleted' });
    const failed = registry().register(anArtifact(1), aRecord('run-1'));
    await expect(failed).rejects.toThrow(/experiment training is deleted .* MLFLOW_EXPERIMENT_NAME/);
  });

  it('names a list of champions that it cannot read', async () => {
    await registerRuns(registry(), 1);
    mlflow.tracking.setModelTag('tidewatch', 'tidewatch.champions', 'mine');
    await expect(registry().promote(1)).rejects.toThrow(/tidewatch\.champions of model tidewatch is none of ours/);
  });
});

describe('when MLflow fails', () => {
  const SECRET = 'hunter2-hunter2';
  const authorization = `Basic ${Buffer.from(`ops:${SECRET}`).toString('base64')}`;
  beforeEach(() => start({ authorization }));
  const target = (password = SECRET) => mlflowTarget(mlflow.url, { username: 'ops', password });

  it('asks again, and has registered once', async () => {
    const seen = new Set<string>();
    mlflow.fate = (_, { method, path }) => {
      const isFirst = seen.size < seen.add(`${method} ${path}`).size;
      return isFirst ? { status: 503, body: 'busy' } : 'works';
    };
    await registry({ target: target() }).register(anArtifact(1), aRecord('run-1'));
    mlflow.fate = () => 'works';
    expect(await registry({ target: target() }).list()).toHaveLength(1);
  });

  it('makes nothing twice when answers are lost', async () => {
    const seen = new Set<string>();
    const lossy = registry({ target: target(), exchange: losingFirstAnswers(seen) });
    await lossy.register(anArtifact(1), aRecord('run-1'), SOME_DOCUMENTS);
    expect(seen.size).toBeGreaterThan(10);
    expect([mlflow.tracking.runs.size, mlflow.tracking.models.get('tidewatch')!.versions.length]).toEqual([1, 1]);
  });

  it.each<[string, FakeMlflow['fate']]>([
    ['hangs', () => 'hangs'],
    ['breaks off', () => 'breaks'],
    ['is overloaded', () => ({ status: 429, body: '', headers: { 'retry-after': '100' } })],
    ['is out of order', () => ({ status: 500, body: `{"error_code":"INTERNAL_ERROR","message":"${authorization}"}` })],
    ['is starting', () => ({ status: 400, body: '{"error_code":"TEMPORARILY_UNAVAILABLE"}' })],
  ])('gives up in time when it %s, and tells no secret', async (_, fate) => {
    mlflow.fate = fate;
    const failed = await registry({ target: target(), ...IMPATIENT })
      .champion()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TransientFault);
    secretIsNotIn(failed);
  });

  it.each<[string, FakeMlflow['fate'], RegExp]>([
    [
      'refuses',
      () => ({ status: 403, body: `{"error_code":"PERMISSION_DENIED","message":"${SECRET}"}` }),
      /PERMISSION_DENIED.*MLFLOW_TRACKING_TOKEN/,
    ],
    [
      'sends elsewhere',
      () => ({ status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }),
      /\(302\).*set MLFLOW_TRACKING_URI/,
    ],
    [
      'is a login page',
      () => ({ status: 200, body: `<h1>${SECRET}</h1>` }),
      /does not answer registered-models\/get as MLflow/,
    ],
    ['is something else', () => ({ status: 200, body: '[]' }), /does not answer registered-models\/get as MLflow/],
    [
      'has no such path',
      () => ({ status: 404, body: '<h1>Not Found</h1>' }),
      /\(404\): Not Found; does MLFLOW_TRACKING_URI name/,
    ],
  ])('does not ask again when it %s, and tells no secret', async (_, fate, words) => {
    mlflow.fate = fate;
    const failed = await registry({ target: target() })
      .champion()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RegistryError);
    expect(String(failed)).toMatch(words);
    secretIsNotIn(failed);
    expect(mlflow.requests).toHaveLength(1);
  });

  it('is told that the password is wrong', async () => {
    await expect(registry({ target: target('wrong-password') }).champion()).rejects.toThrow(
      /refuses \(401\).*MLFLOW_TRACKING_USERNAME/,
    );
  });

  function secretIsNotIn(error: unknown): void {
    const { message, stack, cause } = error as Error;
    const shown = `${message} ${stack} ${String(cause)} ${JSON.stringify(error)}`;
    for (const secret of [SECRET, authorization.slice(6)]) expect(shown).not.toContain(secret);
  }
});
