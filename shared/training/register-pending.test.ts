import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clockAheadWhen } from '../../test/factories/clock-ahead';
import { anArtifact, aRecord } from '../adapters/contracts/model-registry.contract';
import { type MlflowRegistry, openMlflowRegistry } from '../adapters/registry/mlflow/mlflow-registry';
import { mlflowTarget } from '../adapters/registry/mlflow/mlflow-target';
import { type FakeMlflow, startFakeMlflow } from '../adapters/registry/mlflow/testing/fake-mlflow';
import { openFolderWorkspace } from '../adapters/workspace/folder-workspace';
import { TransientFault } from '../detection/ports';
import { DOCUMENTS } from './plan';
import { RegistryError, type TrainingWorkspace } from './ports';
import { pendingRuns, registerPending } from './register-pending';
import { TrainingError } from './training-error';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-pending-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

let workspace: TrainingWorkspace;
let mlflow: FakeMlflow;
let registry: MlflowRegistry;
beforeEach(async () => {
  workspace = openFolderWorkspace(path.join(folder, String(count++)));
  mlflow = await startFakeMlflow();
  registry = openMlflowRegistry({
    ...{ target: mlflowTarget(mlflow.url), modelName: 'tidewatch', experimentName: 'training', region: 'eu-central-1' },
    ...{ timeoutMs: 60_000, attemptTimeoutMs: 60_000 },
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  registry.close();
  await mlflow.close();
});

const write = (run: string, name: string, content: unknown) =>
  workspace.write(run, name, Buffer.from(JSON.stringify(content)));

/** A run that has gone as far as its decision. */
async function decided(run: string, createdAt: number): Promise<void> {
  await write(run, DOCUMENTS.plan, { createdAt });
  await write(run, DOCUMENTS.model, anArtifact(1));
  await write(run, DOCUMENTS.decision, { promote: true });
}

async function register(run: string): Promise<void> {
  const { version } = await registry.register(anArtifact(1), aRecord(run));
  await write(run, DOCUMENTS.registered, { version });
}

/** Whoever asks for this loses the connection, and the time to ask again is over. */
function breaks(isThis: (request: { readonly body: Buffer }) => boolean): void {
  let isBroken = false;
  mlflow.fate = (_, request) => {
    if (!isThis(request)) return 'works';
    isBroken = true;
    return 'breaks';
  };
  clockAheadWhen(() => isBroken);
}

const registeredRuns = async () => (await registry.list()).map(({ record }) => record.run);

describe('runs that wait for the registry', () => {
  it('have a model and a decision, and come in the order in which they were made', async () => {
    for (const [run, at] of [
      ['b', 2],
      ['a', 3],
      ['d', 1],
      ['c', 1],
    ] as const)
      await decided(run, at);
    await decided('done', 0);
    await write('done', DOCUMENTS.registered, { version: 1 });
    await write('without-a-decision', DOCUMENTS.model, anArtifact(1));
    await write('without-a-model', DOCUMENTS.decision, { promote: false });
    await decided('broken-plan', 0);
    await workspace.write('broken-plan', DOCUMENTS.plan, Buffer.from('{'));
    expect(await pendingRuns(workspace)).toEqual(['c', 'd', 'b', 'a', 'broken-plan']);
  });

  it('wait while it is down and are registered once it is back, each once', async () => {
    for (const [run, at] of [
      ['first', 1],
      ['second', 2],
    ] as const)
      await decided(run, at);
    breaks(() => true);
    await expect(registerPending(workspace, register)).rejects.toThrow(TransientFault);
    jest.restoreAllMocks();
    expect(await pendingRuns(workspace)).toEqual(['first', 'second']);
    mlflow.fate = () => 'works';
    expect(await registerPending(workspace, register)).toEqual({ registered: ['first', 'second'], refused: [] });
    expect(await registerPending(workspace, register)).toEqual({ registered: [], refused: [] });
    expect(await registeredRuns()).toEqual(['first', 'second']);
  });

  it('keep what is done when it goes down in between', async () => {
    for (const [run, at] of [
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ] as const)
      await decided(run, at);
    breaks(({ body }) => body.includes('second'));
    await expect(registerPending(workspace, register)).rejects.toThrow(TransientFault);
    jest.restoreAllMocks();
    mlflow.fate = () => 'works';
    expect([await registeredRuns(), await pendingRuns(workspace)]).toEqual([['first'], ['second', 'third']]);
    await registerPending(workspace, register);
    expect(await registeredRuns()).toEqual(['first', 'second', 'third']);
  });

  it('are registered once, also when the note of it was lost', async () => {
    await decided('run', 1);
    await registry.register(anArtifact(1), aRecord('run'));
    await registerPending(workspace, register);
    expect(await registeredRuns()).toEqual(['run']);
    expect(JSON.parse(String(await workspace.read('run', DOCUMENTS.registered)))).toEqual({ version: 1 });
  });

  it.each<[string, Error]>([
    ['the registry refuses one', new RegistryError('another feature schema')],
    ['a document of one is broken', new TrainingError('decision.json of run bad is not JSON')],
  ])('are in nobody’s way when %s', async (_, error) => {
    for (const [run, at] of [
      ['bad', 1],
      ['good', 2],
    ] as const)
      await decided(run, at);
    const picky = async (run: string) => {
      if (run === 'bad') throw error;
      await register(run);
    };
    const refused = [{ run: 'bad', reason: error.message }];
    expect(await registerPending(workspace, picky)).toEqual({ registered: ['good'], refused });
    expect(await pendingRuns(workspace)).toEqual(['bad']);
  });

  it('end with a defect of ours, and are not taken for refused', async () => {
    await decided('run', 1);
    await expect(registerPending(workspace, () => Promise.reject(new TypeError('defect')))).rejects.toThrow('defect');
  });
});
