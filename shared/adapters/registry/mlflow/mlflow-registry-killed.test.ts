import type { ModelRegistry } from '../../../training/ports';
import { anArtifact, aRecord, registerRuns, SOME_DOCUMENTS } from '../../contracts/model-registry.contract';
import { openMlflowRegistry } from './mlflow-registry';
import { mlflowTarget } from './mlflow-target';
import { type FakeMlflow, startFakeMlflow } from './testing/fake-mlflow';
import { Killed, killedExchange } from './testing/killed-exchange';

// Dozens of deaths, each with a server of its own.

let mlflow: FakeMlflow;
const open: { close(): unknown }[] = [];
beforeEach(async () => {
  mlflow = await startFakeMlflow();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await mlflow.close();
});

function registry(exchange = killedExchange(Number.POSITIVE_INFINITY, 'before')): ModelRegistry {
  const names = { modelName: 'tidewatch', experimentName: 'training', region: 'eu-central-1' };
  const opened = openMlflowRegistry({ target: mlflowTarget(mlflow.url), ...names, exchange });
  open.push(opened);
  return opened;
}

/** Every place at which a process may die in some work: before and after each of its calls. */
async function deaths(
  work: (registry: ModelRegistry) => Promise<unknown>,
): Promise<readonly [number, 'before' | 'after'][]> {
  const exchange = killedExchange(Number.POSITIVE_INFINITY, 'before');
  await work(registry(exchange));
  return Array.from({ length: exchange.calls() }, (_, at) => [
    [at, 'before'] as [number, 'before'],
    [at, 'after'] as [number, 'after'],
  ]).flat();
}

/** On a server of its own. */
async function afresh<Result>(work: () => Promise<Result>): Promise<Result> {
  const outer = mlflow;
  mlflow = await startFakeMlflow();
  try {
    return await work();
  } finally {
    await mlflow.close();
    mlflow = outer;
  }
}

it('a registration that dies anywhere shows nothing half done, and done again it makes one version', async () => {
  const register = (by: ModelRegistry) => by.register(anArtifact(1), aRecord('run-1'), SOME_DOCUMENTS);
  const places = await afresh(() => deaths(register));
  expect(places.length).toBeGreaterThan(30);
  let whole = 0;
  for (const [at, when] of places)
    await afresh(async () => {
      await expect(register(registry(killedExchange(at, when)))).rejects.toThrow(Killed);
      const shown = await registry().list();
      expect(shown.length).toBeLessThanOrEqual(1);
      whole += shown.length;
      expect([await registry().champion(), await registry().challenger()]).toEqual([undefined, undefined]);
      const expected = { version: 1, artifact: anArtifact(1), record: aRecord('run-1') };
      expect(await register(registry())).toEqual(expected);
      expect(await registry().list()).toEqual([expected]);
      for (const [name, content] of Object.entries(SOME_DOCUMENTS))
        expect((await registry().document(1, name))?.equals(content)).toBe(true);
      expect(mlflow.tracking.models.get('tidewatch')!.versions).toHaveLength(1);
      expect(mlflow.tracking.runs.size).toBe(1);
    });
  // Only who dies after the version was made leaves one.
  expect(whole).toBeGreaterThan(0);
  expect(whole).toBeLessThan(places.length / 2);
});

describe('with version 1 as champion and 2 as challenger', () => {
  const begin = async () => {
    await registerRuns(registry(), 2);
    await registry().promote(1);
    await registry().challenge(2);
  };

  it('a promotion that dies anywhere is done or not, and can be taken back or done again', async () => {
    const promote = (by: ModelRegistry) => by.promote(2);
    const places = await afresh(async () => {
      await begin();
      return deaths(promote);
    });
    expect(places.length).toBeGreaterThan(10);
    const seen = new Set<number | undefined>();
    for (const [at, when] of places)
      for (const again of [false, true])
        await afresh(async () => {
          await begin();
          await expect(promote(registry(killedExchange(at, when)))).rejects.toThrow(Killed);
          const champion = await registry().champion();
          seen.add(champion);
          expect([1, 2]).toContain(champion);
          if (again && champion === 1) await promote(registry());
          const before = again || champion === 2 ? 1 : undefined;
          expect(await registry().rollback()).toBe(before);
          expect(await registry().champion()).toBe(before);
        });
    expect([...seen].sort()).toEqual([1, 2]);
  });

  it('a rollback that dies anywhere is done or not, and done again goes no further', async () => {
    const rollback = (by: ModelRegistry) => by.rollback();
    const promoted = async () => {
      await begin();
      await registry().promote(2);
    };
    const places = await afresh(async () => {
      await promoted();
      return deaths(rollback);
    });
    const seen = new Set<number | undefined>();
    for (const [at, when] of places)
      await afresh(async () => {
        await promoted();
        await expect(rollback(registry(killedExchange(at, when)))).rejects.toThrow(Killed);
        const champion = await registry().champion();
        seen.add(champion);
        if (champion === 2) expect(await registry().rollback()).toBe(1);
        else expect(champion).toBe(1);
        expect(await registry().rollback()).toBeUndefined();
      });
    expect([...seen].sort()).toEqual([1, 2]);
  });
});
