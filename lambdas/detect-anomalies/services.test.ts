import { addCounts, type BatchCounts, zeroCounts } from './services';

test('counts are added, each to its own', () => {
  const names = Object.keys(zeroCounts()) as (keyof BatchCounts)[];
  const some = zeroCounts();
  names.forEach((name, i) => {
    some[name] = i + 1;
  });
  const total = zeroCounts();
  addCounts(total, some);
  addCounts(total, some);
  expect(names.map((name) => total[name])).toEqual(names.map((_, i) => 2 * (i + 1)));
});
