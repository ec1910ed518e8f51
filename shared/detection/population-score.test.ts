import { DEFAULT_SETTINGS } from '../domain/settings';
import { commonBeginning } from './beginning';
import { builtInModel } from './built-in-model';
import { openPrior } from './population-prior';
import { openPopulationScore } from './population-score';
import { openPriorLearner } from './prior-learner';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, point, SETTINGS, START } from './series.factory';

const STEP_MS = 15 * MINUTE_MS;
const ROWS = 1_000;

/** Around 60 by night and 76 by day, a little other from machine to machine. */
const levelAt = (row: number) => 68 - 8 * Math.cos((2 * Math.PI * row) / 96);
const learner = openPriorLearner(DEFAULT_SETTINGS);
for (let machine = 0; machine < 6; machine++) {
  const random = normals(machine);
  const own = random();
  for (let row = 0; row < ROWS; row++) {
    const metrics = { level: levelAt(row) + own + random(), total: row * 100 };
    learner.take({ ...point(START + (row - 10 * 96) * STEP_MS, metrics), source: `machine-${machine}` });
  }
}
const prior = openPrior(learner.document('machines'));
const score = openPopulationScore(prior, builtInModel);
const at = (row: number) => START + row * STEP_MS;

describe('a value beside like series', () => {
  test('is the stranger the further it lies from all of them', () => {
    const scores = [68, 80, 84, 90, 120, 1_000, 1e9].map((value) => score('level', value, at(24), SETTINGS));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(scores[0]).toBeLessThan(0.3);
    expect(scores[4]).toBeGreaterThan(0.6);
    expect(scores.at(-1)).toBeLessThan(1);
  });

  test('is strange at the wrong hour', () => {
    expect(score('level', 60, at(48), SETTINGS)).toBeGreaterThan(score('level', 60, at(0), SETTINGS) + 0.2);
  });

  test('has the hour of its source', () => {
    const tokyo = { ...SETTINGS, timeZone: 'Asia/Tokyo' };
    expect(score('level', 60, at(48), tokyo)).toBe(score('level', 60, at(48) + 9 * 60 * MINUTE_MS, SETTINGS));
  });

  test('scores the same whatever was asked before', () => {
    const before = score('level', 71, at(24), SETTINGS);
    for (let row = 0; row < 2_000; row++) score('level', row, at(row), SETTINGS);
    expect(score('level', 71, at(24), SETTINGS)).toBe(before);
  });

  test.each<[string, string, Partial<typeof SETTINGS>]>([
    ['of a metric that nobody knows', 'heat', {}],
    ['of a counter, which lends nothing', 'total', {}],
    ['that is declared to be a counter', 'level', { counters: ['level'] }],
  ])('%s scores 0', (_, metric, settings) => {
    expect(score(metric, 1e9, at(24), { ...SETTINGS, ...settings })).toBe(0);
  });

  test('scores 0 where nothing is known of values, but of statistics alone', () => {
    const beginnings = new Map([['level', commonBeginning()]]);
    expect(openPopulationScore({ name: 'none', beginnings }, builtInModel)('level', 1e9, at(24), SETTINGS)).toBe(0);
  });

  test.each([0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e-300])('may be %d', (value) => {
    const one = score('level', value, at(24), SETTINGS);
    expect(one).toBeGreaterThan(0.5);
    expect(one).toBeLessThan(1);
  });
});
