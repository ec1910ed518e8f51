import { openRate } from './rate';

test('a rate is taken over the last seconds, and a total that stands still comes to nothing', () => {
  const rate = openRate(5_000);
  expect(rate.update(0, 100)).toBe(0);
  expect(rate.update(1_000, 120)).toBe(20);
  expect(rate.update(2_000, 220)).toBe(60);
  expect(rate.update(8_000, 220)).toBe(0);
  expect(rate.update(14_000, 220)).toBe(0);
});
