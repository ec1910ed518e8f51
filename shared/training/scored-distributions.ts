import { z } from 'zod';
import type { Model } from '../detection/model';
import { Distributions, DistributionsSchema, SCORE_EDGES } from './distributions';
import type { TrainingData } from './training-data';

/** Distributions at rest, with the scores that other models give the same vectors. */
export const ScoredDistributionsSchema = DistributionsSchema.extend({
  /** Counts by version of the model, in the order of SCORE_EDGES; absent: of no other model. */
  scoresOf: z.record(z.string(), z.array(z.number().int().min(0)).length(SCORE_EDGES.length)).optional(),
});
export type ScoredDistributions = z.output<typeof ScoredDistributionsSchema>;

/**
 * What live vectors and scores are compared with, whichever of these models will score: the built-in model's scores of all
 * vectors, the others' of a sample, each for as many vectors as it stands for.
 */
export function scoredDistributions(
  { distributions, counted }: Pick<TrainingData, 'distributions' | 'counted'>,
  models: readonly Model[],
): ScoredDistributions {
  const others = models.filter(({ version }) => version !== distributions.model);
  const countsOf = (model: Model) =>
    distributions
      .rescored(
        model.version,
        counted.vectors.map((features) => [model.score(features).anomaly, counted.weight]),
      )
      .scoreCounts();
  return {
    ...distributions.toJSON(),
    scoresOf: Object.fromEntries(others.map((model) => [model.version, [...countsOf(model)]])),
  };
}

/** Versions of the models whose scores are there. */
export function modelsOf({ model, scoresOf = {} }: ScoredDistributions): readonly string[] {
  return [model, ...Object.keys(scoresOf)];
}

/**
 * With the scores of one of these models.
 *
 * @throws {TrainingError} as {@link Distributions.from} does
 */
export function scoredBy(model: string, { scoresOf, ...document }: ScoredDistributions): Distributions {
  const scores = scoresOf?.[model];
  return Distributions.from(scores === undefined ? document : { ...document, model, scores });
}
