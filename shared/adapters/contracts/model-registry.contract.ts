import { FAMILIES } from '../../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../../detection/model';
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

export const A_RECORD: TrainingRecord = {
  trainedAt: Date.UTC(2026, 10, 22),
  parameters: { pull: 5, testFrom: '2026-11-01T00:00:00.000Z' },
  metrics: { f1: 0.5, 'false alarms': 3 },
  dataset: 'abc',
  promoted: true,
  reasons: ['F1 0.500 against 0.400: ü, "quoted"'],
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
    expect([await registry.list(), await registry.champion()]).toEqual([[], undefined]);
    await expect(registry.rollback()).rejects.toThrow(RegistryError);
  });

  it('gives back what was registered, in order, to another handle as well', async () => {
    for (const weight of [1, 2, 3]) await registry.register(anArtifact(weight), A_RECORD);
    const expected = [1, 2, 3].map((n) => ({ version: n, artifact: anArtifact(n), record: A_RECORD }));
    expect(await handle().list()).toEqual(expected);
    expect(await registry.champion()).toBeUndefined();
  });

  it('gives two that register at once a version each', async () => {
    const both = [1, 2, 3, 4].map((weight) => handle().register(anArtifact(weight), A_RECORD));
    const versions = (await Promise.all(both)).map(({ version }) => version);
    expect(versions.sort()).toEqual([1, 2, 3, 4]);
    expect(await registry.list()).toHaveLength(4);
  });

  it('promotes, and goes back step by step to the built-in model', async () => {
    for (const weight of [1, 2]) await registry.register(anArtifact(weight), A_RECORD);
    await registry.promote(1);
    await registry.promote(2);
    expect(await handle().champion()).toBe(2);
    expect(await registry.rollback()).toBe(1);
    expect(await handle().champion()).toBe(1);
    expect(await registry.rollback()).toBeUndefined();
    expect(await handle().champion()).toBeUndefined();
  });

  it('promotes the built-in model, and takes that back', async () => {
    await registry.register(anArtifact(1), A_RECORD);
    await registry.promote(1);
    await registry.promote(undefined);
    expect(await registry.champion()).toBeUndefined();
    expect(await registry.rollback()).toBe(1);
  });

  it('promotes no version that does not exist, and changes nothing', async () => {
    await registry.register(anArtifact(1), A_RECORD);
    await registry.promote(1);
    await expect(registry.promote(9)).rejects.toThrow(/no model version 9/);
    expect(await registry.champion()).toBe(1);
  });
}
