import { DEFAULT_SETTINGS } from '../domain/settings';
import { openSampledPriorLearner } from './sampled-prior';

const FLEET = Array.from({ length: 60 }, (_, n) => `pump-${n}`);
const START = Date.UTC(2026, 0, 5);

/** Two metrics of each source, by source or by time. */
function learnt(sources: readonly string[], bySource: boolean, seriesMax: number, seed = 1) {
  const learner = openSampledPriorLearner(DEFAULT_SETTINGS, { seriesMax, seed });
  const take = (source: string, row: number) => {
    const level = 60 + FLEET.indexOf(source) + Math.sin(row / 15) + ((row * 7919) % 13) / 6;
    learner.take({ source, timestamp: START + row * 900_000, metrics: { level, flow: level / 7 }, tags: {} });
  };
  const rows = Array.from({ length: 310 }, (_, row) => row);
  if (bySource) for (const source of sources) for (const row of rows) take(source, row);
  else for (const row of rows) for (const source of sources) take(source, row);
  const { metrics } = learner.document('pumps');
  return { metrics, share: learner.share() };
}

test('a prior is learnt from all series while they are few enough', () => {
  const { metrics, share } = learnt(FLEET, true, 120);
  expect([metrics['level']!.series, metrics['flow']!.series, share]).toEqual([60, 60, 1]);
});

test('of more series, it is learnt from whole sources, as many as it may', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { metrics, share } = learnt(FLEET, true, 60, seed);
    const { level, flow } = metrics;
    expect(level!.series).toBe(flow!.series);
    expect(level!.series).toBeLessThanOrEqual(30);
    expect(level!.series).toBeGreaterThan(6);
    expect([1 / 2, 1 / 4]).toContain(share);
  }
});

test('which, and what it lends, does not depend on the order of sources, or on whether they take turns', () => {
  const one = learnt(FLEET, true, 60);
  expect(learnt([...FLEET].reverse(), true, 60)).toEqual(one);
  expect(learnt(FLEET, false, 60)).toEqual(one);
});
