import { EPISODE_BYTES } from './metric-layout';
import { createMetricState } from './metric-state';
import { speaks, wouldSpeak } from './refractory';

const HOLD_MS = 1000;
const AT = 1e12;

describe('the refractory', () => {
  it.each<[string, number, number, boolean]>([
    ['a weaker alarm is held', 500, 1.9, false],
    ['an equal one is held', 500, 2, false],
    ['one a little stronger is held', 500, 2.09, false],
    ['one clearly stronger speaks', 500, 2.11, true],
    ['until the hold ends, inclusive', 1000, 1, false],
    ['after it anything speaks', 1001, 0.1, true],
    ['but nothing at all does not', 1001, 0, false],
  ])('%s', (_, laterMs, odds, wanted) => {
    const state = createMetricState(EPISODE_BYTES);
    expect(speaks(state, 2, AT, HOLD_MS)).toBe(true);
    expect(wouldSpeak(state, odds, AT + laterMs)).toBe(wanted);
    expect(speaks(state, odds, AT + laterMs, HOLD_MS)).toBe(wanted);
  });

  it('holds from the newest alarm that spoke', () => {
    const state = createMetricState(EPISODE_BYTES);
    speaks(state, 2, AT, HOLD_MS);
    speaks(state, 3, AT + 900, HOLD_MS);
    expect(wouldSpeak(state, 2.5, AT + 1800)).toBe(false);
  });
});
