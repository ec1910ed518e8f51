import { coarsestGrain, forgetsNow } from './forgetting';
import { decodeMetric, emptyMetric } from './metric-codec';
import { CADENCE, CALIBRATIONS, F32, GRAIN, U32 } from './metric-layout';
import { isJudged } from './metric-observation';
import { METRIC_PREFIX } from './open-source-detector';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, open, point, START } from './series.factory';
import { countsOf } from './tail-calibration';

it.each<[string, number, number, boolean]>([
  ['a count every quarter of an hour', 15 * MINUTE_MS, 8_001, true],
  ['a reading every five minutes', 5 * MINUTE_MS, 12_003, true],
  ['a reading every two seconds, in its first hours', 2_000, 8_001, false],
  ['the same after a week', 2_000, 76 * 4_000 + 1, true],
  ['the same some hours later', 2_000, 77 * 4_000 + 1, false],
])('%s', (_, cadenceMs, seen, forgets) => {
  const state = emptyMetric();
  state.f32[CADENCE] = cadenceMs;
  state.u32[U32.seen] = seen;
  expect(forgetsNow(state)).toBe(forgets);
});

describe('the highest value that is remembered, 25,000 points after it was usual', () => {
  const highest = (everyMs: number) => {
    const detector = open();
    for (let row = 0; ; row++) {
      const level = (row < 40 ? 10 : 1) * Math.sin(row / 7);
      const [observation] = detector.advance(point(START + row * everyMs, { level }));
      if (row === 25_000) return isJudged(observation!) ? observation.circumstances!.largest : undefined;
    }
  };

  it('is that of this morning for a fast sensor', () => expect(highest(2_000)).toBeGreaterThan(8));
  it('is that of the last weeks for a slow one', () => expect(highest(15 * MINUTE_MS)).toBeLessThan(8));
});

it.each<[string, number, number]>([
  ['an hour', 60 * MINUTE_MS, 0],
  ['five minutes', 5 * MINUTE_MS, 0],
  ['a minute', MINUTE_MS, 2],
  ['ten seconds', 10_000, 3],
  ['two seconds', 2_000, 3],
])('the calibrations of a value each %s may become so coarse', (_, cadenceMs, coarsest) => {
  const state = emptyMetric();
  state.f32[CADENCE] = cadenceMs;
  expect(coarsestGrain(state)).toBe(coarsest);
});

describe('after 20,000 points calibrations', () => {
  const calibrated = (everyMs: number) => {
    const detector = open();
    const normal = normals(3);
    for (let row = 0; row < 20_000; row++) detector.advance(point(START + row * everyMs, { level: normal() }));
    const state = decodeMetric(detector.encode().get(`${METRIC_PREFIX}level`)!)!;
    const counted = countsOf(state, CALIBRATIONS[3]!).reduce((sum, count) => sum + count, 0);
    return { grains: state.f32[F32.calibrated]!, counted, grain: state.u8[GRAIN]! };
  };

  it('of a value a minute know them all, in a coarser grain', () => {
    const { grains, counted, grain } = calibrated(MINUTE_MS);
    expect(grain).toBe(2);
    expect(4 * grains).toBeGreaterThan(19_900);
    expect(counted / grains).toBeCloseTo(1, 1);
  });

  it('of a value a quarter of an hour have forgotten some, and count points', () => {
    const { grains, counted, grain } = calibrated(15 * MINUTE_MS);
    expect(grain).toBe(0);
    expect(grains).toBeLessThanOrEqual(8_001);
    expect(counted / grains).toBeCloseTo(1, 1);
  });
});
