import { FAMILIES } from '../../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION, FEATURES } from '../../detection/model';
import type { ModelArtifact } from '../../detection/weighted-model';
import { type ModelRegistry, RegistryError, type TrainingRecord } from '../../training/ports';

export function anArtifact(weight: number): ModelArtifact {
  return {
    format: 'tidewatch-weighted-model',
    formatVersion: 1,
    schema: FEATURE_SCHEMA_VERSION,
    version: `weighted-${weight}`,
    weights: Object.fromEntries(FAMILIES.map((family) => [family, weight])) as ModelArtifact['weights'],
  };
}

export function aRecord(run: string): TrainingRecord {
  return {
    run,
    trainedAt: Date.UTC(2026, 10, 22),
    parameters: { pull: 5, testFrom: '2026-11-01T00:00:00.000Z' },
    metrics: { f1: 0.5, 'false alarms': 3 },
    dataset: 'abc',
    promoted: true,
    reasons: ['F1 0.500 against 0.400: ü, "quoted"'],
  };
}

/** Registers models of the runs `run-1`, `run-2`, … */
export async function registerRuns(registry: ModelRegistry, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await registry.register(anArtifact(n), aRecord(`run-${n}`));
}

export const SOME_DOCUMENTS = {
  'evaluation.json': Buffer.from('{"f1": 0.5}'),
  'report.html': Buffer.from(`<p>größer ${'x'.repeat(200_000)}</p>`),
  'curve.bin': Buffer.from([0, 255, 128, 10, 13]),
};

/** What every registry promises. @param open an empty one, and after that another handle on it */
export function modelRegistryContract(open: () => Promise<() => ModelRegistry>): void {
  let handle: () => ModelRegistry;
  let registry: ModelRegistry;
  beforeEach(async () => {
    handle = await open();
    registry = handle();
  });

  it('is empty at first, and the built-in model is live', async () => {
    expect([await registry.list(), await registry.champion(), await registry.challenger()]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    await expect(registry.rollback()).rejects.toThrow(RegistryError);
  });

  describe('registration', () => {
    it('gives back what was registered, in order, to another handle as well', async () => {
      await registerRuns(registry, 3);
      const expected = [1, 2, 3].map((n) => ({ version: n, artifact: anArtifact(n), record: aRecord(`run-${n}`) }));
      expect(await handle().list()).toEqual(expected);
      expect(await handle().read(2)).toEqual(expected[1]);
      await expect(registry.read(4)).rejects.toThrow(/no model version 4/);
      expect(await registry.champion()).toBeUndefined();
    });

    it('gives two that register at once a version each', async () => {
      const all = [1, 2, 3, 4].map((n) => handle().register(anArtifact(n), aRecord(`run-${n}`)));
      const versions = (await Promise.all(all)).map(({ version }) => version);
      expect(versions.sort()).toEqual([1, 2, 3, 4]);
      expect(await registry.list()).toHaveLength(4);
    });

    it('gives a run that comes again the version that it has, and changes nothing of it', async () => {
      await registerRuns(registry, 2);
      const again = await handle().register(anArtifact(9), { ...aRecord('run-1'), dataset: 'other' });
      expect(again).toEqual({ version: 1, artifact: anArtifact(1), record: aRecord('run-1') });
      expect((await registry.list()).map(({ artifact }) => artifact.version)).toEqual(['weighted-1', 'weighted-2']);
    });

    it('gives a run that several register at once one version', async () => {
      const all = [1, 2, 3].map(() => handle().register(anArtifact(1), aRecord('run-1')));
      const versions = new Set((await Promise.all(all)).map(({ version }) => version));
      expect(versions.size).toBe(1);
      expect((await registry.list()).map(({ version }) => version)).toEqual([...versions]);
    });

    it('refuses a model of another feature schema', async () => {
      const other = { ...anArtifact(1), schema: FEATURE_SCHEMA_VERSION + 1 };
      await expect(registry.register(other, aRecord('run-1'))).rejects.toThrow(RegistryError);
      expect(await registry.list()).toEqual([]);
    });

    it.each(['', '../run', 'a/b', 'x'.repeat(61)])('takes no run named %j', async (run) => {
      await expect(registry.register(anArtifact(1), aRecord(run))).rejects.toThrow(RegistryError);
      expect(await registry.list()).toEqual([]);
    });
  });

  describe('documents', () => {
    it('come back byte by byte, to another handle as well', async () => {
      const { version } = await registry.register(anArtifact(1), aRecord('run-1'), SOME_DOCUMENTS);
      for (const [name, content] of Object.entries(SOME_DOCUMENTS))
        expect((await handle().document(version, name))?.equals(content)).toBe(true);
      expect(await registry.document(version, 'other.json')).toBeUndefined();
    });

    it('say what the model takes and gives', async () => {
      await registerRuns(registry, 1);
      const schema = JSON.parse(String(await handle().document(1, 'schema.json'))) as unknown;
      expect(schema).toEqual({
        version: FEATURE_SCHEMA_VERSION,
        features: [...FEATURES],
        scores: ['anomaly', 'alarm'],
      });
    });

    it('are of versions that exist', async () => {
      await expect(registry.document(1, 'report.html')).rejects.toThrow(/no model version 1/);
    });

    it.each(['', '.hidden', '../model.json', 'a/b.json', 'model.json', 'record.json'])(
      'are not named %j',
      async (name) => {
        const named = { [name]: Buffer.from('x') };
        await expect(registry.register(anArtifact(1), aRecord('run-1'), named)).rejects.toThrow(RegistryError);
        await registerRuns(registry, 1);
        await expect(registry.document(1, name)).rejects.toThrow(RegistryError);
      },
    );
  });

  describe('the champion', () => {
    it('is promoted, and goes back step by step to the built-in model', async () => {
      await registerRuns(registry, 2);
      await registry.promote(1);
      await registry.promote(2);
      expect(await handle().champion()).toBe(2);
      expect(await handle().rollback()).toBe(1);
      expect(await registry.champion()).toBe(1);
      expect(await registry.rollback()).toBeUndefined();
      expect(await handle().champion()).toBeUndefined();
      await expect(handle().rollback()).rejects.toThrow(RegistryError);
    });

    it('can be the built-in model, and that is taken back', async () => {
      await registerRuns(registry, 1);
      await registry.promote(1);
      await registry.promote(undefined);
      expect(await handle().champion()).toBeUndefined();
      expect(await registry.rollback()).toBe(1);
    });

    it('goes back to where it was before the last promotion, not before the last rollback', async () => {
      await registerRuns(registry, 3);
      for (const version of [1, 2]) await registry.promote(version);
      await registry.rollback();
      await registry.promote(3);
      expect(await registry.rollback()).toBe(1);
      expect(await registry.rollback()).toBeUndefined();
    });

    it('is no version that does not exist, and nothing changes', async () => {
      await registerRuns(registry, 1);
      await registry.promote(1);
      await expect(registry.promote(9)).rejects.toThrow(/no model version 9/);
      expect(await registry.champion()).toBe(1);
      expect(await registry.rollback()).toBeUndefined();
    });
  });

  describe('the challenger', () => {
    it('is named, replaced and taken away, and moves no champion', async () => {
      await registerRuns(registry, 3);
      await registry.promote(1);
      await registry.challenge(2);
      expect([await handle().challenger(), await handle().champion()]).toEqual([2, 1]);
      await registry.challenge(3);
      expect(await handle().challenger()).toBe(3);
      await registry.challenge(undefined);
      await registry.challenge(undefined);
      expect([await handle().challenger(), await handle().champion()]).toEqual([undefined, 1]);
    });

    it('is none any more once it is champion, even when that is taken back', async () => {
      await registerRuns(registry, 2);
      await registry.challenge(2);
      await registry.promote(2);
      expect(await handle().challenger()).toBeUndefined();
      await registry.rollback();
      expect(await handle().challenger()).toBeUndefined();
    });

    it('stays when another version is promoted', async () => {
      await registerRuns(registry, 2);
      await registry.challenge(2);
      await registry.promote(1);
      expect(await handle().challenger()).toBe(2);
    });

    it('is no version that does not exist', async () => {
      await registerRuns(registry, 1);
      await expect(registry.challenge(9)).rejects.toThrow(/no model version 9/);
      expect(await registry.challenger()).toBeUndefined();
    });
  });
}
