import { rarityWanted, usualOdds } from './alarm-rate';
import { EPISODE, HEAD_BYTES } from './metric-layout';
import { createMetricState, type MetricState, openMetricState, saveMetricState } from './metric-state';
import { learnOwnRate, usualRarityOf } from './own-rate';
import { speaks } from './refractory';
import { uniforms } from './relations/relations.factory';

const HOLD_MS = 600_000;
const OLD = 5000;
/** One alarm in ten holds is counted, so this is far beyond. */
const WANTED = rarityWanted(5, HOLD_MS);

/** A series that alarms once in each hold, as strongly as `rarityOf` says, and is silent between. */
function live(state: MetricState, holds: number, rarityOf: (hold: number) => number, learnt = OLD, first = 0): void {
  for (let hold = first; hold < first + holds; hold++)
    for (let part = 0; part < 2; part++) {
      const timestamp = 1e12 + (2 * hold + part) * (HOLD_MS / 2 + 1);
      const odds = part === 0 ? usualOdds(rarityOf(hold), learnt) : 0;
      learnOwnRate(state, { learnt, stepMs: HOLD_MS / 2 + 1, holdMs: HOLD_MS }, odds > 0, timestamp);
      speaks(state, odds, timestamp, HOLD_MS);
    }
}

/** Rarities of strongest alarms in a hold: exponential beyond what each hold brings. */
function exponential(seed: number, scale = 1): () => number {
  const uniform = uniforms(seed);
  return () => -scale * Math.log(1 - uniform());
}

const fresh = () => createMetricState(HEAD_BYTES);

describe('what is asked of the usual curves', () => {
  it('is nearly what is wanted as long as nothing is known, and never less', () => {
    for (const wanted of [-1, 0.5, 2, 2.3, 3, 5, 7]) {
      const asked = usualRarityOf(fresh(), wanted);
      expect(asked).toBeGreaterThanOrEqual(wanted - 1e-9);
      expect(asked).toBeLessThan(wanted + 1.2);
    }
  });

  it('rises with what is wanted', () => {
    const state = fresh();
    live(state, 500, exponential(1, 1.5));
    const asked = [-1, 0, 1, 2, 3, 4, 5, 6, 8].map((wanted) => usualRarityOf(state, wanted));
    expect(asked).toEqual([...asked].sort((a, b) => a - b));
    expect(new Set(asked).size).toBe(asked.length);
  });

  it.each([
    ['alarms as usual', 1, -0.6, 0.8],
    ['alarms half as far', 0.5, -3.5, -0.5],
    ['alarms half as far again', 1.5, 1, 3.5],
  ])('follows a series that %s', (_, scale, least, most) => {
    const state = fresh();
    live(state, 2000, exponential(2, scale));
    const more = usualRarityOf(state, WANTED) - WANTED;
    expect(more).toBeGreaterThan(least);
    expect(more).toBeLessThan(most);
  });

  it('is not raised by an incident while that holds', () => {
    const state = fresh();
    live(state, 200, exponential(3));
    const timestamp = 1e12 + 400 * (HOLD_MS / 2 + 1);
    const before = usualRarityOf(state, WANTED);
    for (let step = 0; step < 50; step++) {
      const at = timestamp + step * 1000;
      learnOwnRate(state, { learnt: OLD, stepMs: 1000, holdMs: HOLD_MS }, true, at);
      speaks(state, 2 + step / 10, at, HOLD_MS);
    }
    expect(usualRarityOf(state, WANTED) - before).toBeLessThan(0.2);
  });

  it('is raised little by one incident, however strong it is', () => {
    const [calm, struck] = [fresh(), fresh()];
    live(calm, 302, exponential(4));
    live(struck, 300, exponential(4));
    live(struck, 1, () => 1e6, OLD, 300);
    live(struck, 1, () => 0.5, OLD, 301);
    const more = usualRarityOf(struck, WANTED) - usualRarityOf(calm, WANTED);
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThan(1.5);
  });

  it('forgets a past that is long ago', () => {
    const state = fresh();
    live(state, 2000, exponential(5, 2));
    const loud = usualRarityOf(state, WANTED);
    live(state, 4000, exponential(6), OLD, 2000);
    expect(loud - WANTED).toBeGreaterThan(1.5);
    expect(usualRarityOf(state, WANTED) - WANTED).toBeLessThan(0.8);
  });

  it('learns nothing of a young series, and forgets one that became young', () => {
    const state = fresh();
    live(state, 500, exponential(7, 2));
    live(state, 1, () => 1, 30, 500);
    expect(usualRarityOf(state, WANTED)).toBe(usualRarityOf(fresh(), WANTED));
  });

  it('is kept with the state, and moves nothing that it lay beside', () => {
    const state = fresh();
    live(state, 500, exponential(8));
    const again = openMetricState(saveMetricState(state), HEAD_BYTES);
    expect(usualRarityOf(again, WANTED)).toBe(usualRarityOf(state, WANTED));
    expect(again.u16[EPISODE.transition]).toBe(0);
    expect(again.f64[EPISODE.opened]).toBe(0);
    expect(again.f32[EPISODE.strongest]).toBe(0);
  });
});
