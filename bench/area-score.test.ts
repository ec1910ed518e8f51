import { areas } from './area-score';

describe('areas under the curves', () => {
  it.each([
    ['a perfect ranking', [1, 2, 3, 4], [0, 0, 1, 1], 1, 1],
    ['the opposite of one', [4, 3, 2, 1], [0, 0, 1, 1], (1 / 3 + 2 / 4) / 2, 0],
    ['one wrong pair of four', [1, 3, 2, 4], [0, 0, 1, 1], (1 / 1 + 2 / 3) / 2, 3 / 4],
    ['nothing but ties', [7, 7, 7, 7], [0, 0, 0, 1], 1 / 4, 1 / 2],
  ])('of %s', (_, scores, labels, precision, roc) => {
    expect(areas(scores, labels).precision).toBeCloseTo(precision, 12);
    expect(areas(scores, labels).roc).toBeCloseTo(roc, 12);
  });

  it('leave unjudged rows out', () => {
    expect(areas([9, 9, 1, 2], [0, 0, 0, 1], 2)).toEqual({ precision: 1, roc: 1 });
  });
});
