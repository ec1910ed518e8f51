import { judgeResponse, type Verdict } from './verdict';

const BATCH = ['101', '102', '103', '104'];
const failures = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});
const SUCCESS = { kind: 'success' };
const from = (failedFrom: number): Verdict => ({ kind: 'partial', failedFrom });
const FAILURE = { kind: 'failure', reason: expect.any(String) };

test.each([
  ['nothing returned: success', undefined, SUCCESS],
  ['null: success', null, SUCCESS],
  ['an empty object: success', {}, SUCCESS],
  ['a null list: success', { batchItemFailures: null }, SUCCESS],
  ['an empty list: success', { batchItemFailures: [] }, SUCCESS],
  ['one failure: the rest from there on', failures('103'), from(2)],
  ['several failures: the lowest counts', failures('104', '102', '103'), from(1)],
  ['the first record: nothing is done', failures('101'), from(0)],
  ['the same failure twice counts once', failures('104', '104'), from(3)],
  ['a null identifier: the whole batch', failures('103', null), FAILURE],
  ['an empty identifier: the whole batch', failures(''), FAILURE],
  ['an identifier that is a number: the whole batch', failures(103), FAILURE],
  ['a badly named key: the whole batch', { batchItemFailures: [{ identifier: '103' }] }, FAILURE],
  ['a null item: the whole batch', { batchItemFailures: [null] }, FAILURE],
  ['an identifier of another batch: the whole batch', failures('103', '999'), FAILURE],
  ['a list that is none: the whole batch', { batchItemFailures: '103' }, FAILURE],
  ['an answer that is text: the whole batch', 'ok', FAILURE],
])('%s', (_, response, verdict) => {
  expect(judgeResponse(response, BATCH, true)).toEqual(verdict);
});

test('an answer is not looked at when the mapping does not report failures', () => {
  expect(judgeResponse(failures('101'), BATCH, false)).toEqual(SUCCESS);
});
