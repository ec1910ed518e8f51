import type { Label } from './labels';
import { TrainingError } from './training-error';

/** Where the past that is trained on ends, and where what is tested on begins; epoch milliseconds. */
export interface Split {
  /** Rows before it train. */
  readonly trainTo: number;
  /** Rows from it on test; what lies between does neither, so that no slow effect reaches over. */
  readonly testFrom: number;
}

/**
 * Splits by time: all that trains is older than all that tests, in every source. The instant is the one after which the
 * given share of the labelled windows begin.
 *
 * @throws {TrainingError} if either side would be left without a label
 */
export function splitByTime(labels: readonly Label[], testShare: number, gapMs: number): Split {
  const real = labels.filter(({ verdict }) => verdict === 'real');
  if (real.length < 2)
    throw new TrainingError(
      `training needs labelled windows, some older to learn from and some newer to prove it; there are ${real.length}`,
    );
  const begins = real.map(({ from }) => from).sort((a, b) => a - b);
  const at = Math.min(real.length - 1, Math.max(1, Math.round(real.length * (1 - testShare))));
  const testFrom = begins[at]!;
  const split = { trainTo: testFrom - gapMs, testFrom };
  if (!real.some((label) => isTrain(label, split)))
    throw new TrainingError(
      `no labelled window ends before ${new Date(split.trainTo).toISOString()}, where the training part ends: give older labels or a shorter gap`,
    );
  return split;
}

/** The split of a span of time by itself, for when people labelled too little to split by; both in epoch milliseconds. */
export function splitSpan(from: number, to: number, testShare: number, gapMs: number): Split {
  const testFrom = Math.round(to - (to - from) * testShare);
  if (testFrom - gapMs <= from)
    throw new TrainingError(
      `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} is too short to train on before a gap: give more of the past or a shorter gap`,
    );
  return { trainTo: testFrom - gapMs, testFrom };
}

/** Does a window lie in the part that trains, with all of its time? */
export function isTrain({ to }: Pick<Label, 'to'>, { trainTo }: Split): boolean {
  return to < trainTo;
}

export function isTest({ from }: Pick<Label, 'from'>, { testFrom }: Split): boolean {
  return from >= testFrom;
}
