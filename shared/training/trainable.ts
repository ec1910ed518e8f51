import { FEATURE_SCHEMA_VERSION, FEATURES } from '../detection/model';
import type { Split } from './split';
import type { TrainingData } from './training-data';
import { TrainingError } from './training-error';

/**
 * Is there something that can be trained on at all? O(rows × features).
 *
 * @throws {TrainingError} if the vectors are of another schema or of several, if all series are too young, or if nothing in the
 *   part that trains stands out from anything
 */
export function checkTrainable({ schema, rows, leftOut }: TrainingData, { trainTo }: Split): void {
  if (schema !== FEATURE_SCHEMA_VERSION)
    throw new TrainingError(
      `the vectors are of feature schema ${schema}, this program trains on ${FEATURE_SCHEMA_VERSION}: replay the points again`,
    );
  const odd = rows.find(({ features }) => features.length !== FEATURES.length);
  if (odd !== undefined)
    throw new TrainingError(
      `vectors of several feature schemas: one of source ${odd.source} has ${odd.features.length} features, ${FEATURES.length} are expected; replay the points again`,
    );
  if (rows.length === 0 && leftOut.young > 0)
    throw new TrainingError(
      `all ${leftOut.young} vectors are of series too young to be judged: give more points of each series`,
    );
  const train = rows.filter(({ timestamp }) => timestamp < trainTo);
  if (train.length > 0 && train.every(({ features }) => features.every((feature) => feature === 0)))
    throw new TrainingError(
      'nothing in the part that trains stands out from anything, as in constant series: other metrics or more points are needed',
    );
}
