import { builtInModel } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION, type Model } from '../detection/model';
import { type ModelArtifact, openWeightedModel } from '../detection/weighted-model';
import type { TrainingPlan } from './plan';

/** What a new model has to be better than. */
export interface Opponent {
  readonly model: Model;
  /** Absent: the built-in model. */
  readonly artifact?: ModelArtifact;
  /** In words, why it is not the champion itself. */
  readonly note?: string;
}

/**
 * The plan's champion; or the built-in model where none was promoted, or the champion takes vectors that this program makes no
 * more: such a one cannot score, here or live, and a new one must still be trained.
 */
export function opponentOf({ champion }: Pick<TrainingPlan, 'champion'>): Opponent {
  if (champion === null) return { model: builtInModel };
  const { artifact, version } = champion;
  if (artifact.schema === FEATURE_SCHEMA_VERSION) return { model: openWeightedModel(artifact), artifact };
  const schemas = `takes feature schema ${artifact.schema}, this program makes ${FEATURE_SCHEMA_VERSION}`;
  return {
    model: builtInModel,
    note: `the champion, version ${version}, ${schemas}: compared with the built-in model`,
  };
}
