import { table } from './table';

const COLUMNS = [{ title: 'series' }, { title: 'value', side: 'right' as const }];

test('columns are as wide as their widest cell, wide characters counted', () => {
  expect(
    table(COLUMNS, [
      ['泵泵泵泵', '1'],
      ['a', '1,000.5'],
    ]),
  ).toEqual(['series      value', '────────  ───────', '泵泵泵泵        1', 'a         1,000.5']);
});

test('the widest column gives way when the whole is too wide', () => {
  expect(table(COLUMNS, [['a-very-long-name-of-a-series', '1']], 24)).toEqual([
    'series             value',
    '─────────────────  ─────',
    'a-very-long-name…      1',
  ]);
});
