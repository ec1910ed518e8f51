import { z } from 'zod';
import { FAMILIES, type Family, familySquares, toUnit } from './built-in-model';
import { FEATURE_SCHEMA_VERSION, type Model } from './model';
import { ModelMismatch } from './ports';

const WeightSchema = z.number().min(0).max(1_000);

/** A trained model at rest. */
export const ModelArtifactSchema = z.object({
  format: z.literal('tidewatch-weighted-model'),
  formatVersion: z.literal(1),
  /** Of the feature vectors that it was trained on and takes. */
  schema: z.number().int(),
  /** Says what the model is: the same weights have the same one. */
  version: z.string().regex(/^[\w.-]{1,60}$/),
  /** What a family's square counts, in multiples of what it counts in the built-in model. */
  weights: z
    .object(Object.fromEntries(FAMILIES.map((family) => [family, WeightSchema])) as Record<Family, typeof WeightSchema>)
    .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'at least one weight must be above 0'),
});
export type ModelArtifact = z.output<typeof ModelArtifactSchema>;

/**
 * The built-in combination with another weight for each family. Weights are not negative, so it is monotone wherever the
 * built-in model is; with all weights 1 it is that model, up to rounding.
 *
 * @throws {ModelMismatch} if it is no artifact, or was trained on vectors of another schema
 */
export function openWeightedModel(document: unknown): Model {
  const parsed = ModelArtifactSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelMismatch(`not a model of ours: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
  }
  const { schema, version, weights } = parsed.data;
  if (schema !== FEATURE_SCHEMA_VERSION)
    throw new ModelMismatch(
      `model ${version} takes feature schema ${schema}; this program makes ${FEATURE_SCHEMA_VERSION}`,
    );
  const inOrder = FAMILIES.map((family) => weights[family]);
  return {
    version,
    score: (features) => ({
      anomaly: weighted(familySquares(features, 'ranking'), inOrder),
      alarm: weighted(familySquares(features, 'alarm'), inOrder),
    }),
  };
}

function weighted(squares: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < squares.length; k++) sum += weights[k]! * squares[k]!;
  return toUnit(Math.sqrt(sum));
}
