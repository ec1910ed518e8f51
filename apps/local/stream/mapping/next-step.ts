import type { MappingSettings } from './settings';
import type { Verdict } from './verdict';

/** Why records are given up, in the words of the failure record. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What to do with a batch after an invocation; `done` leading records are finished in each case. */
export type Step =
  | { readonly kind: 'finish' }
  /** The rest is a batch of its own, to be tried at once, with all its retries before it. */
  | { readonly kind: 'continue'; readonly done: number }
  /** Two batches, one after the other; `at` is the second one's first index. Uses up no retry. */
  | { readonly kind: 'split'; readonly at: number }
  /** The same again after a pause. */
  | { readonly kind: 'retry'; readonly retries: number }
  | { readonly kind: 'discard'; readonly condition: DiscardCondition };

/**
 * Lambda's error handling for streams as one decision. A partial answer that names the batch's first record made no progress
 * and is a failure like any other; there Lambda's documentation leaves open what is split, and so is how often the rest of a
 * partly done batch may be retried: here it starts afresh, and ends because every progress shortens it.
 *
 * @param records in the batch
 * @param retries of this batch so far
 */
export function nextStep(
  records: number,
  retries: number,
  verdict: Verdict,
  settings: Pick<MappingSettings, 'bisectBatchOnFunctionError' | 'maximumRetryAttempts'>,
): Step {
  if (verdict.kind === 'success') return { kind: 'finish' };
  if (verdict.kind === 'partial' && verdict.failedFrom > 0) return { kind: 'continue', done: verdict.failedFrom };
  if (settings.bisectBatchOnFunctionError && records > 1) return { kind: 'split', at: Math.ceil(records / 2) };
  if (settings.maximumRetryAttempts >= 0 && retries >= settings.maximumRetryAttempts)
    return { kind: 'discard', condition: 'RetryAttemptsExhausted' };
  return { kind: 'retry', retries: retries + 1 };
}

/**
 * How many leading records are too old to be tried. Arrivals never fall within a shard, so the old ones lead.
 *
 * @param arrivalsMs epoch milliseconds, ascending
 * @param maximumAgeSeconds −1: none is ever too old
 */
export function countExpired(arrivalsMs: readonly number[], nowMs: number, maximumAgeSeconds: number): number {
  if (maximumAgeSeconds < 0) return 0;
  const oldestMs = nowMs - maximumAgeSeconds * 1000;
  const firstYoung = arrivalsMs.findIndex((arrivalMs) => arrivalMs >= oldestMs);
  return firstYoung < 0 ? arrivalsMs.length : firstYoung;
}

/**
 * Pause before a retry: doubles each time up to a maximum, and a random half of it is left out so that shards which failed
 * together do not come back together.
 *
 * @param retry 1 for the first
 * @param random in [0, 1)
 */
export function retryDelay(
  retry: number,
  random: number,
  settings: Pick<MappingSettings, 'retryDelayMs' | 'retryDelayMsMax'>,
): number {
  const full = Math.min(settings.retryDelayMsMax, settings.retryDelayMs * 2 ** Math.min(retry - 1, 30));
  return full * (1 - random / 2);
}
