import { openLiveModel, openRegistry, RegistryVariables } from '../../../shared/adapters/registry-variables';
import { parseConfig } from '../../../shared/runtime/config';
import { followChampion } from '../../../shared/training/follow-champion';

/**
 * The registry that the environment names, else the folder's; and the live model of this machine, which is in the folder either
 * way.
 */
export async function openModels(folder: string) {
  const registry = await openRegistry(parseConfig(RegistryVariables, process.env), { folder });
  return { registry, live: openLiveModel(folder) };
}

/** Makes a version champion and live. @throws {RegistryError} if there is none */
export async function promoteModel(folder: string, version: number | undefined): Promise<void> {
  const { registry, live } = await openModels(folder);
  await registry.promote(version);
  await followChampion(registry, live);
}

/** Makes the champion before this one champion and live. @returns its version; undefined: the built-in model */
export async function rollBackModel(folder: string): Promise<number | undefined> {
  const { registry, live } = await openModels(folder);
  const version = await registry.rollback();
  await followChampion(registry, live);
  return version;
}
