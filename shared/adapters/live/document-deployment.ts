import { z } from 'zod';
import type { ModelArtifact } from '../../detection/weighted-model';
import type { ModelDeployment } from '../../training/ports';
import type { LiveDocument } from './live-document';

const PointerSchema = z.object({ model: z.object({ version: z.string() }).nullable() });

/**
 * A model goes live by being written into the document that model servers follow. It is live with that: servers look every
 * second, and one that cannot use it stays with the model that it has.
 */
export function createDocumentDeployment(live: LiveDocument): ModelDeployment {
  const isLive = async ({ version }: ModelArtifact) => modelOf(await live.read()) === version;
  return {
    current: async () => (await live.read()) ?? '',
    async begin({ artifact }) {
      if (!(await isLive(artifact))) await live.write(`${JSON.stringify({ model: artifact }, null, 2)}\n`);
    },
    async look({ artifact }) {
      if (await isLive(artifact)) return { state: 'live' };
      return { state: 'failed', reason: `another model was put into ${live.name} meanwhile` };
    },
    keep: async () => undefined,
    async takeBack({ artifact }, before) {
      if (!(await isLive(artifact))) return;
      if (before === '') await live.remove();
      else await live.write(before);
    },
  };
}

/** Undefined: the built-in model. */
function modelOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return PointerSchema.safeParse(JSON.parse(text)).data?.model?.version;
  } catch {
    // What servers cannot use does not hold this model.
    return undefined;
  }
}
