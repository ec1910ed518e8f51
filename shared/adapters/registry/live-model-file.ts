import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import type { LiveModelPointer } from '../../training/ports';
import { nothingThere } from '../files/nothing-there';
import { writeWholeFile } from '../files/whole-file';
import { jsonDocument, parsedDocument } from './kept-model';

const LiveModelSchema = z.object({
  registryVersion: z.number().int().min(1).nullable(),
  model: ModelArtifactSchema.nullable(),
});

/** The live-model pointer as a file, which a model server follows. Rejects with a RegistryError when it holds anything else. */
export function openLiveModelFile(file: string): LiveModelPointer {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch(nothingThere(undefined));
      return text === undefined ? undefined : parsedDocument(LiveModelSchema, text, file);
    },
    write: (live) => writeWholeFile(file, jsonDocument(live)),
  };
}
