import { z } from 'zod';
import { RunSchema } from '../../training/plan';
import type { DriftReferences } from '../../training/ports';
import { ScoredDistributionsSchema } from '../../training/scored-distributions';
import { TrainingError } from '../../training/training-error';
import { jsonOf } from '../json-of';
import type { LiveDocument } from '../live/live-document';

/** Name of the document: in the training bucket, or beside the models of one machine. */
export const REFERENCE_FILE = 'reference.json';

const ReferenceSchema = z.object({
  run: RunSchema,
  at: z.number().int().min(0),
  distributions: ScoredDistributionsSchema,
});

/** What live vectors are compared with, as a document that the newest training replaces. */
export function createDriftReferences(document: Omit<LiveDocument, 'remove'>): DriftReferences {
  return {
    async read() {
      const text = await document.read();
      if (text === undefined) return undefined;
      const parsed = ReferenceSchema.safeParse(jsonOf(text));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new TrainingError(
        `${document.name} is no reference of a training run (${issue?.path.join('.') || 'document'}: ${issue?.message}): train again to have one`,
      );
    },
    write: async (reference) => document.write(`${JSON.stringify(ReferenceSchema.parse(reference))}\n`),
  };
}
