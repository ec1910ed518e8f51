import { FAMILIES, type Family, familySquares, SCORE_AT_HALF } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../detection/model';
import type { ModelArtifact } from '../detection/weighted-model';
import { stableId } from '../domain/ids';
import { type Example, fitWeights, squaresOf, weightedSum } from './fit-weights';
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
  /** What a window of an injected fault counts beside one that people labelled; all of them never count more than all of these. */
  readonly injectedWeight: number;
}
export const DEFAULT_HYPERPARAMETERS: Hyperparameters = { pull: 5, rounds: 3, steps: 200, injectedWeight: 0.25 };

export interface TrainedModel {
  readonly artifact: ModelArtifact;
  /** Of those that trained: with something wrong in them, and how many of these were injected. */
  readonly windows: number;
  readonly injected: number;
  /** Of those that trained: in which people said that nothing was wrong. */
  readonly falseAlarms: number;
  readonly rows: number;
}

/** Weights in an artifact have so many digits: what lies beyond is noise of the descent. */
const DIGITS = 4;
const DAY_MS = 86_400_000;

/**
 * A weight for each family, none negative, that tell labelled windows from all else; held towards equal weights, which are
 * the built-in model. A window is one example, its strongest row: people mark stretches, and most rows in one are usual.
 * At the end weights are scaled so that as many usual days of series reach the bar as by the built-in model: thresholds keep
 * their meaning, and a gain is a gain at about the same number of alarms. A false alarm that people named is one example of
 * the usual, its strongest row, and weighs as much as a labelled window; all of them never more than all else that is usual.
 * The same rows give the same bytes. O(rounds × steps × rows).
 *
 * @throws {TrainingError} if nothing, or one class only, lies in the part that trains; or as {@link checkTrainable} does
 */
export function trainModel(data: TrainingData, split: Split, given: Partial<Hyperparameters> = {}): TrainedModel {
  checkTrainable(data, split);
  const { pull, rounds, steps, injectedWeight } = { ...DEFAULT_HYPERPARAMETERS, ...given };
  const { strange, hard } = rowsByWindow(data.rows, split);
  const usualRows = data.rows.filter((row) => row.label === undefined && row.timestamp < split.trainTo);
  const usual = usualRows.map((row) => ({ squares: squaresOfRow(row), share: 0.5 / usualRows.length }));
  const days = usualDays(
    data.rows.filter((row) => row.timestamp < split.trainTo),
    strange,
  );
  if (strange.length === 0)
    throw new TrainingError(
      'no vector lies in a labelled window of the part that trains: do its source names fit the data?',
    );
  if (usual.length === 0)
    throw new TrainingError('everything in the part that trains is labelled: nothing usual to learn');
  if (!(injectedWeight > 0))
    throw new RangeError(`injectedWeight ${injectedWeight}: must be above 0; inject nothing instead`);
  const counts = countsOf(strange, injectedWeight);
  const count = counts.reduce((sum, one) => sum + one, 0);
  const hardShare = 0.5 / Math.max(count, hard.length);
  let weights: readonly number[] = FAMILIES.map(() => 1);
  for (let round = 0; round < rounds; round++) {
    const strangest = strange.map(({ rows }, k) => example(rows, weights, (0.5 * counts[k]!) / count));
    const hardest = hard.map(({ rows }) => example(rows, weights, hardShare));
    const fitted = fitWeights({ strange: strangest, usual: [...usual, ...hardest], hold: pull / count, steps });
    weights = scaledTo(days, fitted);
  }
  return {
    artifact: artifactOf(weights),
    windows: strange.length,
    injected: strange.filter(({ label }) => label.origin === 'injected').length,
    falseAlarms: hard.length,
    rows: usual.length,
  };
}

function artifactOf(weights: readonly number[]): ModelArtifact {
  const rounded = FAMILIES.map((family, k) => [family, round(weights[k]!)] as const);
  return {
    format: 'tidewatch-weighted-model',
    formatVersion: 1,
    schema: FEATURE_SCHEMA_VERSION,
    version: `weighted-${stableId('model', FEATURE_SCHEMA_VERSION, ...rounded.flat()).slice(0, 12)}`,
    weights: Object.fromEntries(rounded) as Record<Family, number>,
  };
}

interface Window {
  readonly label: Label;
  readonly rows: (readonly number[])[];
}

/** Windows of the part that trains: in which something was wrong, and in which people said that nothing was. */
function rowsByWindow(rows: readonly TrainingRow[], split: Split) {
  const byLabel = new Map<Label, Window>();
  for (const row of rows) {
    const { label } = row;
    if (label === undefined || !isTrain(label, split)) continue;
    const window = byLabel.get(label) ?? { label, rows: [] };
    window.rows.push(squaresOfRow(row));
    byLabel.set(label, window);
  }
  const windows = [...byLabel.values()];
  const given = (verdict: Label['verdict']) => windows.filter(({ label }) => label.verdict === verdict);
  return { strange: given('real'), hard: given('false-alarm') };
}

/** What each window counts: one of people 1, and injected ones together never more than those of people, if there are any. */
function countsOf(windows: readonly Window[], injectedWeight: number): readonly number[] {
  const injected = windows.filter(({ label }) => label.origin === 'injected').length;
  const people = windows.length - injected;
  const each = people === 0 ? injectedWeight : Math.min(injectedWeight, people / Math.max(1, injected));
  return windows.map(({ label }) => (label.origin === 'injected' ? each : 1));
}

function example(rows: readonly (readonly number[])[], weights: readonly number[], share: number): Example {
  return { squares: strongest(rows, weights), share };
}

/**
 * Usual rows by day of series. A day in which something was wrong with the source is none, since what follows on a fault is not
 * usual; unless there is no other.
 */
function usualDays(rows: readonly TrainingRow[], strange: readonly Window[]) {
  const usual = rows.filter(({ label }) => label === undefined || label.verdict === 'false-alarm');
  const wrong = new Set<string>();
  for (const { label } of strange)
    for (let day = Math.floor(label.from / DAY_MS); day <= Math.floor(label.to / DAY_MS); day++)
      wrong.add(`${label.source}\u0000${day}`);
  const sound = usual.filter(({ source, timestamp }) => !wrong.has(`${source}\u0000${Math.floor(timestamp / DAY_MS)}`));
  return rowsByDay(sound.length > 0 ? sound : usual);
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
