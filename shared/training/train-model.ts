import { FAMILIES, type Family, familySquares, SCORE_AT_HALF } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../detection/model';
import type { ModelArtifact } from '../detection/weighted-model';
import { stableId } from '../domain/ids';
import { fitWeights, squaresOf, weightedSum } from './fit-weights';
import type { Label } from './labels';
import { isTrain, type Split } from './split';
import { checkTrainable } from './trainable';
import type { TrainingData, TrainingRow } from './training-data';
import { TrainingError } from './training-error';

export interface Hyperparameters {
  /** How strongly weights are held together, against labelled windows: the larger, the closer to the built-in model. */
  readonly pull: number;
  /** How often the strongest row of each window is chosen anew. */
  readonly rounds: number;
  /** Steps of descent a round. */
  readonly steps: number;
}
export const DEFAULT_HYPERPARAMETERS: Hyperparameters = { pull: 5, rounds: 3, steps: 200 };

export interface TrainedModel {
  readonly artifact: ModelArtifact;
  readonly windows: number;
  readonly rows: number;
}

/** Weights in an artifact have so many digits: what lies beyond is noise of the descent. */
const DIGITS = 4;
const DAY_MS = 86_400_000;

/**
 * A weight for each family, none negative, that tell labelled windows from all else; held towards equal weights, which are
 * the built-in model. A window is one example, its strongest row: people mark stretches, and most rows in one are usual.
 * At the end weights are scaled so that as many usual days of series reach the bar as by the built-in model: thresholds keep
 * their meaning, and a gain is a gain at about the same number of alarms. The same rows give the same bytes.
 * O(rounds × steps × rows).
 *
 * @throws {TrainingError} if nothing, or one class only, lies in the part that trains; or as {@link checkTrainable} does
 */
export function trainModel(data: TrainingData, split: Split, given: Partial<Hyperparameters> = {}): TrainedModel {
  checkTrainable(data, split);
  const { pull, rounds, steps } = { ...DEFAULT_HYPERPARAMETERS, ...given };
  const windows = rowsByWindow(data.rows, split);
  const usualRows = data.rows.filter((row) => row.label === undefined && row.timestamp < split.trainTo);
  const usual = usualRows.map(squaresOfRow);
  const days = rowsByDay(usualRows);
  if (windows.length === 0)
    throw new TrainingError(
      'no vector lies in a labelled window of the part that trains: do its source names fit the data?',
    );
  if (usual.length === 0)
    throw new TrainingError('everything in the part that trains is labelled: nothing usual to learn');
  let weights: readonly number[] = FAMILIES.map(() => 1);
  for (let round = 0; round < rounds; round++) {
    const strange = windows.map((rows) => strongest(rows, weights));
    weights = scaledTo(days, fitWeights({ strange, usual, pull, steps }));
  }
  const rounded = FAMILIES.map((family, k) => [family, round(weights[k]!)] as const);
  const artifact: ModelArtifact = {
    format: 'tidewatch-weighted-model',
    formatVersion: 1,
    schema: FEATURE_SCHEMA_VERSION,
    version: `weighted-${stableId('model', FEATURE_SCHEMA_VERSION, ...rounded.flat()).slice(0, 12)}`,
    weights: Object.fromEntries(rounded) as Record<Family, number>,
  };
  return { artifact, windows: windows.length, rows: usual.length };
}

function rowsByWindow(rows: readonly TrainingRow[], split: Split): readonly (readonly (readonly number[])[])[] {
  const byLabel = new Map<Label, (readonly number[])[]>();
  for (const row of rows) {
    if (row.label === undefined || !isTrain(row.label, split)) continue;
    const known = byLabel.get(row.label);
    if (known) known.push(squaresOfRow(row));
    else byLabel.set(row.label, [squaresOfRow(row)]);
  }
  return [...byLabel.values()];
}

function squaresOfRow({ features }: TrainingRow): readonly number[] {
  return squaresOf(familySquares(features));
}

function strongest(rows: readonly (readonly number[])[], weights: readonly number[]): readonly number[] {
  return rows.reduce((best, row) => (weightedSum(row, weights) > weightedSum(best, weights) ? row : best));
}

/** Scales weights so that as many usual days reach the bar as with weights of 1. */
function scaledTo(days: readonly (readonly (readonly number[])[])[], weights: readonly number[]): readonly number[] {
  const bar = SCORE_AT_HALF ** 2;
  const equal = FAMILIES.map(() => 1);
  const ranked = (by: readonly number[]) =>
    days.map((rows) => weightedSum(strongest(rows, by), by)).sort((a, b) => b - a);
  const before = ranked(equal);
  const passing = before.filter((sum) => sum >= bar).length;
  // The strongest day that does not pass keeps its distance from the bar.
  const rank = Math.min(days.length - 1, passing);
  const after = ranked(weights)[rank]!;
  return after > 0 && before[rank]! > 0 ? weights.map((weight) => (weight * before[rank]!) / after) : equal;
}

function rowsByDay(rows: readonly TrainingRow[]): readonly (readonly (readonly number[])[])[] {
  const days = new Map<string, (readonly number[])[]>();
  for (const row of rows) {
    const key = `${row.source}\u0000${row.metric ?? ''}\u0000${Math.floor(row.timestamp / DAY_MS)}`;
    const known = days.get(key);
    if (known) known.push(squaresOfRow(row));
    else days.set(key, [squaresOfRow(row)]);
  }
  return [...days.values()];
}

function round(weight: number): number {
  return Math.min(1_000, Math.round(weight * 10 ** DIGITS) / 10 ** DIGITS);
}
