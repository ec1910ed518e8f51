import { drawBlocks, intervalOf } from './draw-blocks';

describe('draws of blocks', () => {
  it('draw as many as there are, each about once on the average, the same in the same round', () => {
    const sums = new Float64Array(40);
    for (let round = 0; round < 1_000; round++) {
      const drawn = drawBlocks(40, 7, round);
      expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(40);
      drawn.forEach((count, i) => {
        sums[i]! += count;
      });
    }
    for (const sum of sums) expect(Math.abs(sum / 1_000 - 1)).toBeLessThan(0.15);
    expect(drawBlocks(40, 7, 3)).toEqual(drawBlocks(40, 7, 3));
    expect(drawBlocks(40, 8, 3)).not.toEqual(drawBlocks(40, 7, 3));
    expect(drawBlocks(0, 7, 3)).toHaveLength(0);
  });

  it.each<[string, number[], readonly [number, number] | undefined]>([
    ['the middle of many', Array.from({ length: 101 }, (_, i) => 100 - i), [5, 95]],
    ['of what is known, where most is', [Number.NaN, 2, 2, 2], [2, 2]],
    ['none, where most is not', [Number.NaN, Number.NaN, 2], undefined],
    ['none of nothing', [], undefined],
  ])('give intervals: %s', (_, values, expected) => {
    expect(intervalOf(values, 0.9)).toEqual(expected);
  });
});
