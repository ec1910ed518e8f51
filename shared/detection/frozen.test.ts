import { normals } from './relations/relations.factory';
import { open, run, type Step } from './series.factory';

function openings(steps: readonly Step[]): number[] {
  return steps.flatMap(({ conclusion }, row) =>
    conclusion.events.some(({ phase }) => phase === 'opened') ? [row] : [],
  );
}

describe('a frozen sensor', () => {
  it('is noticed soon in a series that hardly repeats itself', () => {
    const random = normals(3);
    const values = Array.from({ length: 700 }, (_, row) => (row < 600 ? 20 + random() : 20));
    const steps = run(open(), values);
    const [noticed] = openings(steps).filter((row) => row >= 600);
    expect(noticed).toBeLessThan(630);
    expect(steps[noticed!]!.conclusion.verdicts[0]!.contributions.map(({ name }) => name)).toContain('frozen');
  });

  it.each([
    ['small counts', (row: number) => (row * 7919) % 3],
    ['a level that changes now and then', (row: number) => Math.floor(row / 50)],
  ])('is not seen in %s', (_, value) => {
    const steps = run(
      open(undefined, { counters: [] }),
      Array.from({ length: 1000 }, (__, row) => value(row)),
    );
    expect(steps.every(({ observations }) => observations[0]!.features![14] === 0)).toBe(true);
  });
});
