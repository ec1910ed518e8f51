import type { ModelArtifact } from '../../detection/weighted-model';
import type { LiveModel, LiveModelPointer, ModelDeployment } from '../../training/ports';

const BUILT_IN: LiveModel = { registryVersion: null, model: null };

/**
 * A model goes live by being written into the pointer that model servers follow. It is live with that: servers look every
 * second, and one that cannot use it stays with the model that it has.
 */
export function createPointerDeployment(pointer: LiveModelPointer): ModelDeployment {
  const isLive = async ({ version }: ModelArtifact) => (await pointer.read())?.model?.version === version;
  return {
    current: async () => JSON.stringify((await pointer.read()) ?? BUILT_IN),
    async begin({ version, artifact }) {
      if (!(await isLive(artifact))) await pointer.write({ registryVersion: version, model: artifact });
    },
    async look({ artifact }) {
      if (await isLive(artifact)) return { state: 'live' };
      return { state: 'failed', reason: 'another model was put in its place meanwhile' };
    },
    keep: async () => undefined,
    async takeBack({ artifact }, before) {
      if (await isLive(artifact)) await pointer.write(JSON.parse(before) as LiveModel);
    },
  };
}
