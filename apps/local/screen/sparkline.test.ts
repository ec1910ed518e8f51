import { sparkline } from './sparkline';

test.each<[string, number[], number, string]>([
  ['rising values', [0, 1, 2, 3, 4, 5, 6, 7], -1, '▁▂▃▄▅▆▇█'],
  ['a marked value', [1, 1, 9], 2, '▁▁[█]'],
  ['equal values', [5, 5, 5], -1, '▁▁▁'],
  ['no value', [], -1, ''],
  ['the widest range of doubles', [-Number.MAX_VALUE, 0, Number.MAX_VALUE], -1, '▁▅█'],
])('%s', (_, values, marked, expected) => {
  expect(sparkline(values, marked)).toBe(expected);
});
