import { rememberValues } from './recent-values';

test('the newest values are kept in order, names are told apart', () => {
  const recent = rememberValues({ perSeries: 2 });
  for (const value of [1, 2, 3]) recent.add('a', 'b', value * 1000, value);
  recent.add('a b', '', 0, 9);
  expect(recent.of('a', 'b')).toEqual([
    { timestamp: 2000, value: 2 },
    { timestamp: 3000, value: 3 },
  ]);
  expect(recent.of('a', 'c')).toEqual([]);
});

test('the series longest unheard of leaves first', () => {
  const recent = rememberValues({ seriesMax: 2 });
  for (const source of ['a', 'b', 'a', 'c']) recent.add(source, 'x', 0, 1);
  expect(['a', 'b', 'c'].map((source) => recent.of(source, 'x').length)).toEqual([2, 0, 1]);
});
