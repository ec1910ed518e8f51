import { normals } from './relations.factory';
import { SizeWatch } from './size-watch';

const missing = new Uint8Array(2);

/** Rows of noise of size 1, then `later` of the first metric. */
function watched(onlyLarger: boolean, later: number): SizeWatch {
  const noise = normals(1);
  const watch = new SizeWatch(2, 32, onlyLarger);
  for (let row = 1; row <= 1100; row++) {
    const size = row > 1000 ? later : 1;
    watch.advance(Float64Array.of(size * noise(), noise()), missing, Uint16Array.of(row, row), row);
    if (row <= 1000) watch.learn(missing, 1 / (row + 1));
  }
  return watch;
}

describe('a watch of sizes', () => {
  it.each([
    ['more noise', false, 4, 5, 100],
    ['more noise, where only that counts', true, 4, 5, 100],
    ['a frozen value', false, 0, -100, -5],
    ['a frozen value, where only more counts', true, 0, 0, 0],
    ['nothing', false, 1, -3, 3],
  ])('sees %s', (_, onlyLarger, later, least, most) => {
    const deviation = watched(onlyLarger, later).deviations[0]!;
    expect(deviation).toBeGreaterThanOrEqual(least);
    expect(deviation).toBeLessThanOrEqual(most);
  });

  it('says nothing of what is missing', () => {
    const watch = watched(false, 4);
    watch.advance(Float64Array.of(0, 0), Uint8Array.of(1, 0), Uint16Array.of(1100, 1100), 1101);
    expect(watch.deviations[0]).toBe(0);
  });
});
