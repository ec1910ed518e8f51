import { agreedChampions, type Champions } from './champions';

test.each<[string, Champions, number | null, Champions]>([
  ['nothing was ever promoted', [], null, []],
  ['both agree', [1, 2], 2, [1, 2]],
  ['both agree on the built-in model', [1, null], null, [1, null]],
  ['a promotion died before it was done', [1, 2], 1, [1]],
  ['the first promotion died before it was done', [1], null, []],
  ['a promotion of the built-in model died before it was done', [1, null], 1, [1]],
  ['a rollback died before it was written down', [1, 2], 1, [1]],
  ['the champion was moved by somebody else', [1, 2], 3, [1, 2, 3]],
  ['the champion was taken away by somebody else', [1, 2], null, [1, 2, null]],
  ['somebody else has named the first one', [], 7, [7]],
])('%s', (_, written, champion, agreed) => {
  expect(agreedChampions(written, champion)).toEqual(agreed);
});
