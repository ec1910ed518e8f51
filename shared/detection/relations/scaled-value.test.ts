import { learntDeviation, scaledValue } from './scaled-value';

describe('a scaled value', () => {
  it.each([
    ['at the mean', 10, 10, 4, 0],
    ['one deviation above: nearly linear', 12, 10, 4, 0.98],
    ['three below', 4, 10, 4, -2.64],
    ['a million above: its logarithm', 2e6, 10, 4, 40.2],
    ['of a constant, unchanged', 5, 5, 0, 0],
    ['of a constant, changed by however little', 5 + 1e-9, 5, 0, 2.64],
    ['of a constant that rounding made uneven', 1e12, 1e12, 1e-8, 0],
    ['around 1e12', 1e12 + 1, 1e12, 1, 0.98],
  ])('%s', (_, value, mean, variance, expected) => {
    expect(scaledValue(value, mean, variance)).toBeCloseTo(expected, 1);
  });

  it('is as far below as above', () => {
    expect(scaledValue(-7, 0, 2)).toBe(-scaledValue(7, 0, 2));
  });

  it('teaches its compressed deviation in the unit of the metric, or all of it where there is no scale', () => {
    const scaled = scaledValue(2010, 10, 4);
    expect(learntDeviation(2010, scaled, 10, 4)).toBe(2 * scaled);
    expect(learntDeviation(2010, 2.64, 10, 0)).toBe(2000);
  });
});
