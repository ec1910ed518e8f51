import { type SampleRules, SourceSample, sampleRules } from './source-sample';

const SOURCES = Array.from({ length: 1_000 }, (_, n) => `pump-${n}`);
const RULES: SampleRules = { pointsMax: 1_000, seed: 1, preferred: new Set() };

/** Ten points of each source, in the order that is given. */
function drawn(rules: SampleRules, sources = SOURCES, rounds = 10) {
  const sample = new SourceSample(rules);
  for (let round = 0; round < rounds; round++) for (const source of sources) sample.offer(source);
  return { of: sources.filter((source) => sample.has(source)).sort(), ...sample.shares };
}

describe('a sample of sources', () => {
  test('is all of them while their points are few enough', () => {
    expect(drawn({ ...RULES, pointsMax: 10_000 })).toEqual({ of: [...SOURCES].sort(), named: 1, others: 1 });
  });

  test('has no more points than it may, and nearly half as many at least', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const points = 10 * drawn({ ...RULES, seed }).of.length;
      expect(points).toBeLessThanOrEqual(1_000);
      expect(points).toBeGreaterThan(350);
    }
  });

  test('does not depend on the order of points, and says which share it is', () => {
    const { of, named } = drawn(RULES);
    expect(drawn(RULES, [...SOURCES].reverse())).toEqual({ of, named, others: named });
    expect([1 / 8, 1 / 16]).toContain(named);
  });

  test('is another one with another seed', () => {
    expect(drawn({ ...RULES, seed: 2 }).of).not.toEqual(drawn(RULES).of);
  });

  test('offered a point, says whether it is of use so far, and never of one that is not in the end', () => {
    const sample = new SourceSample(RULES);
    const refused = new Set<string>();
    for (let round = 0; round < 10; round++)
      for (const source of SOURCES) if (!sample.offer(source)) refused.add(source);
    expect([...refused].filter((source) => sample.has(source))).toEqual([]);
    expect(refused.size).toBeGreaterThan(800);
  });

  test('has the sources that are preferred, unless they alone are too many', () => {
    const few = new Set(SOURCES.slice(0, 20));
    expect(drawn({ ...RULES, preferred: few }).of).toEqual(expect.arrayContaining([...few]));
    const all = drawn({ ...RULES, preferred: new Set(SOURCES) });
    expect(10 * all.of.length).toBeLessThanOrEqual(1_000);
    expect(all.of.length).toBeGreaterThan(0);
  });

  test('has all that are trained on where these are few enough, and of others what there is room for', () => {
    const fleet = [...SOURCES, ...Array.from({ length: 50 }, (_, n) => `fan-${n}`)];
    const { of, named, others } = drawn({ ...RULES, sources: 'fan-*' }, fleet);
    const fans = of.filter((source) => source.startsWith('fan-'));
    expect([fans.length, named]).toEqual([50, 1]);
    expect([1 / 16, 1 / 32]).toContain(others);
    expect(of.length - fans.length).toBeGreaterThan(10);
    expect(10 * of.length).toBeLessThanOrEqual(1_000);
  });

  test('where those that are trained on are too many, has nearly nothing else, and first of them what people labelled', () => {
    const fleet = [...SOURCES, ...Array.from({ length: 1_000 }, (_, n) => `fan-${n}`)];
    const preferred = new Set(['pump-1', 'pump-2', 'pump-3']);
    const { of, named, others } = drawn({ ...RULES, sources: 'pump-*', preferred }, fleet);
    expect([1 / 8, 1 / 16]).toContain(named);
    expect(others).toBe(named / 1_024);
    expect(of).toEqual(expect.arrayContaining([...preferred]));
    expect(of.filter((source) => source.startsWith('fan-')).length).toBeLessThan(5);
  });

  test('of one source with more points than it may have is nothing', () => {
    expect(drawn(RULES, ['pump-1'], 1_001)).toMatchObject({ of: [] });
  });
});

test('a plan without a number of points has all sources, else those that people labelled are preferred', () => {
  const window = { from: 0, to: 1, origin: 'people' } as const;
  const labels = [
    { ...window, source: 'pump-1', verdict: 'real' },
    { ...window, source: 'pump-2', verdict: 'false-alarm' },
    { ...window, source: 'pump-*', isPattern: true, verdict: 'exclude' },
  ] as const;
  expect(sampleRules({ seed: 3, labels })).toBeUndefined();
  expect(sampleRules({ seed: 3, labels, pointsMax: 5 })).toEqual({
    ...{ pointsMax: 5, seed: 3 },
    preferred: new Set(['pump-1', 'pump-2']),
  });
  expect(sampleRules({ seed: 3, labels, pointsMax: 5, sources: 'pump-*' })).toMatchObject({ sources: 'pump-*' });
});
