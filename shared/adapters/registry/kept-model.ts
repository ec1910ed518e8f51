import { z } from 'zod';
import type { ModelArtifact } from '../../detection/weighted-model';
import { MODEL_SCHEMA } from '../../training/model-schema';
import { DOCUMENT_NAME, type KeptDocuments, RegistryError, type TrainingRecord } from '../../training/ports';

// What all registries keep of a model, and what they refuse to keep.

export const RecordSchema = z.object({
  run: z.string().regex(/^[A-Za-z0-9-]{1,60}$/),
  trainedAt: z.number(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  metrics: z.record(z.string(), z.number()),
  dataset: z.string(),
  promoted: z.boolean(),
  reasons: z.array(z.string()),
});

export const FILES = { model: 'model.json', record: 'record.json', schema: 'schema.json' } as const;
const OWN: ReadonlySet<string> = new Set(Object.values(FILES));

/** Of one version, whatever is in it. */
export const DOCUMENT_BYTES_MAX = 64 * 1_048_576;

/** @throws {RegistryError} if this model, record or document cannot be kept as what it is */
export function refuseUnfit(artifact: ModelArtifact, record: TrainingRecord, documents: KeptDocuments): void {
  if (artifact.schema !== MODEL_SCHEMA.version)
    throw new RegistryError(
      `model ${artifact.version} takes feature schema ${artifact.schema}; this program makes ${MODEL_SCHEMA.version}`,
    );
  const parsed = RecordSchema.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RegistryError(`run ${record.run} cannot be registered: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  for (const [name, content] of Object.entries(documents)) {
    if (!DOCUMENT_NAME.test(name) || OWN.has(name)) throw new RegistryError(`${name} is no name for a kept document`);
    if (content.length > DOCUMENT_BYTES_MAX)
      throw new RegistryError(`${name} has ${content.length} bytes; a registry keeps ${DOCUMENT_BYTES_MAX}`);
  }
}

/** @throws {RegistryError} if no document can have this name */
export function refuseName(name: string): void {
  if (DOCUMENT_NAME.test(name) && (!OWN.has(name) || name === FILES.schema)) return;
  throw new RegistryError(`${name} is no name of a kept document`);
}

export const schemaDocument = (): Buffer => jsonDocument(MODEL_SCHEMA);

export function jsonDocument(content: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
}

/** @param where it stands, for people */
export function parsedDocument<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RegistryError(`${where} is not JSON`, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RegistryError(`${where} is none of ours: ${issue?.path.join('.')}: ${issue?.message}`);
}

/**
 * Of versions in their order, the first of each run. Two that register a run at once may both make a version; only the first
 * one counts, for everybody.
 */
export function firstOfEachRun<Version>(versions: readonly Version[], runOf: (version: Version) => string): Version[] {
  const seen = new Set<string>();
  return versions.filter((version) => {
    const run = runOf(version);
    const isFirst = !seen.has(run);
    seen.add(run);
    return isFirst;
  });
}
