import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import type { LiveModelPointer } from '../../training/ports';
import { openFileDocument } from '../live/file-document';
import type { LiveDocument } from '../live/live-document';
import { jsonDocument, parsedDocument } from './kept-model';

const LiveModelSchema = z.object({
  registryVersion: z.number().int().min(1).nullable(),
  model: ModelArtifactSchema.nullable(),
});

/** The live-model pointer as a file, which a model server follows. Rejects with a RegistryError when it holds anything else. */
export const openLiveModelFile = (file: string): LiveModelPointer => liveModelIn(openFileDocument(file));

/** The same as a document, wherever it lies. */
export function liveModelIn(document: LiveDocument): LiveModelPointer {
  return {
    async read() {
      const text = await document.read();
      return text === undefined ? undefined : parsedDocument(LiveModelSchema, text, document.name);
    },
    write: (live) => document.write(jsonDocument(live).toString()),
  };
}
