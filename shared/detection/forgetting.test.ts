import { forgetsNow } from './forgetting';
import { emptyMetric } from './metric-codec';
import { CADENCE, U32 } from './metric-layout';
import { isJudged } from './metric-observation';
import { MINUTE_MS, open, point, START } from './series.factory';

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
