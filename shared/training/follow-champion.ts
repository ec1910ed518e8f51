import type { LiveModel, LiveModelPointer, ModelRegistry } from './ports';

/**
 * Makes live what the registry has as champion, where it is not: after a promotion, and after one that died between the two.
 *
 * @throws {RegistryError} if the champion is none of ours; the pointer stays as it was
 */
export async function followChampion(registry: ModelRegistry, pointer: LiveModelPointer): Promise<LiveModel> {
  const [live, before] = await Promise.all([championOf(registry), pointer.read()]);
  const isThere = before?.registryVersion === live.registryVersion && before.model?.version === live.model?.version;
  if (!isThere) await pointer.write(live);
  return live;
}

async function championOf(registry: ModelRegistry): Promise<LiveModel> {
  const version = await registry.champion();
  if (version === undefined) return { registryVersion: null, model: null };
  return { registryVersion: version, model: (await registry.read(version)).artifact };
}
