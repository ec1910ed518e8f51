import type { Model } from '../detection/model';
import type { Distributions } from './distributions';
import type { TrainingData } from './training-data';

/**
 * The distributions of the part that trains with the scores of the model that was trained on it: of the rows, each for as many
 * vectors as it stands for.
 *
 * @param trainTo epoch milliseconds, exclusive
 */
export function scoredDistributions(model: Model, data: TrainingData, trainTo: number): Distributions {
  const { rows, unlabelledWeight, distributions } = data;
  return distributions.rescored(
    model.version,
    rows
      .filter(({ timestamp, label }) => timestamp < trainTo && label?.origin !== 'injected')
      .map(({ features, label }) => [model.score(features).anomaly, label === undefined ? unlabelledWeight : 1]),
  );
}
