import { countExpired, nextStep, retryDelay } from './next-step';
import type { Verdict } from './verdict';

const SUCCESS: Verdict = { kind: 'success' };
const FAILURE: Verdict = { kind: 'failure', reason: 'boom' };
const from = (failedFrom: number): Verdict => ({ kind: 'partial', failedFrom });
const again = (retries: number) => ({ kind: 'retry', retries });
const EXHAUSTED = { kind: 'discard', condition: 'RetryAttemptsExhausted' };

describe('with bisect and two retries', () => {
  test.each([
    ['success finishes the batch', 5, 0, SUCCESS, { kind: 'finish' }],
    ['a failed batch is halved', 4, 0, FAILURE, { kind: 'split', at: 2 }],
    ['an odd batch gives its first half the odd one', 5, 0, FAILURE, { kind: 'split', at: 3 }],
    ['halving is possible when retries are used up: it costs none', 2, 2, FAILURE, { kind: 'split', at: 1 }],
    ['a lone record is tried again', 1, 0, FAILURE, again(1)],
    ['and once more', 1, 1, FAILURE, again(2)],
    ['and is given up then', 1, 2, FAILURE, EXHAUSTED],
    ['a partial answer splits at the failed record', 5, 1, from(3), { kind: 'continue', done: 3 }],
    ['a partial answer that names the first record is a failure', 4, 0, from(0), { kind: 'split', at: 2 }],
    ['also of a lone record', 1, 2, from(0), EXHAUSTED],
  ])('%s', (_, records, retries, verdict, step) => {
    const settings = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 2 };
    expect(nextStep(records, retries, verdict, settings)).toEqual(step);
  });
});

describe('without bisect', () => {
  test.each([
    ['a failed batch is tried again as it is', 4, 0, 2, FAILURE, again(1)],
    ['and given up as a whole', 4, 2, 2, FAILURE, EXHAUSTED],
    ['no retries: given up at once', 4, 0, 0, FAILURE, EXHAUSTED],
    ['retries without limit: never given up', 4, 123_456, -1, FAILURE, again(123_457)],
    ['a partial answer still moves the checkpoint', 4, 2, 2, from(1), { kind: 'continue', done: 1 }],
  ])('%s', (_, records, retries, maximumRetryAttempts, verdict, step) => {
    expect(nextStep(records, retries, verdict, { bisectBatchOnFunctionError: false, maximumRetryAttempts })).toEqual(
      step,
    );
  });
});

describe('record age', () => {
  const now = 100_000;
  test.each([
    ['no limit: none is too old', [0, 1, 2], -1, 0],
    ['all are young', [95_000, 99_000], 10, 0],
    ['the limit itself is young enough', [90_000, 99_000], 10, 0],
    ['old ones lead', [80_000, 89_999, 90_000], 10, 2],
    ['all are too old', [1, 2, 3], 10, 3],
  ])('%s', (_, arrivals, seconds, expired) => {
    expect(countExpired(arrivals, now, seconds)).toBe(expired);
  });
});

test('the pause doubles up to its maximum, and chance takes at most half of it', () => {
  const settings = { retryDelayMs: 100, retryDelayMsMax: 1_000 };
  expect([1, 2, 3, 4, 5, 5_000].map((retry) => retryDelay(retry, 0, settings))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(retryDelay(3, 0.999_999, settings)).toBeCloseTo(200, 2);
  expect(retryDelay(1, 0.5, settings)).toBe(75);
});
