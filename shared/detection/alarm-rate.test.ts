import { rarityWanted, usualOdds, usualRarity } from './alarm-rate';
import { ALARM_RATES } from './alarm-rates';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, open, point, run, START, step } from './series.factory';

const HOLD_MS = 99.5 * 5 * MINUTE_MS;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;

describe('the curves', () => {
  it.each(ALARM_RATES.map((curve) => [curve.learnt, curve] as const))('after %i points fall', (_, { rates }) => {
    for (let k = 1; k < rates.length; k++) {
      expect(rates[k]![0]).toBeGreaterThan(rates[k - 1]![0]);
      expect(rates[k]![1]).toBeLessThanOrEqual(rates[k - 1]![1]);
    }
  });
});

/** Odds at which a series alarms about so many times a week, as long as nothing is known of it. */
function oddsFor(perWeek: number, holdMs: number, learnt: number): number {
  return usualOdds(rarityWanted(perWeek, holdMs), learnt);
}

describe('the odds for a rate of false alarms', () => {
  it('are what the curve says at its own points, and give its rates back', () => {
    for (const { learnt, rates } of ALARM_RATES) {
      for (const [odds, rate] of rates) {
        expect(oddsFor((rate * WEEK_MS) / HOLD_MS, HOLD_MS, learnt)).toBeCloseTo(odds, 6);
        expect(usualRarity(odds, learnt)).toBeCloseTo(-Math.log(rate), 6);
      }
    }
  });

  it('give the rate back beyond the end of a curve, too', () => {
    for (const { learnt, rates } of ALARM_RATES) {
      const rarity = 1 - Math.log(rates.at(-1)![1]);
      expect(usualRarity(usualOdds(rarity, learnt), learnt)).toBeCloseTo(rarity, 6);
    }
  });

  it.each([
    ['more are wanted', [0.2, 1, 5, 20].map((perWeek) => oddsFor(perWeek, HOLD_MS, 2000))],
    ['history grows', [20, 60, 150, 400, 1500, 5000].map((learnt) => oddsFor(1, HOLD_MS, learnt))],
    ['the series is slower', [10, 60, 500, 2000].map((minutes) => oddsFor(1, minutes * MINUTE_MS, 2000))],
  ])('sink when %s', (_, odds) => {
    expect(odds).toEqual([...odds].sort((a, b) => b - a));
    expect(new Set(odds).size).toBe(odds.length);
  });

  it.each([
    ['far too few', 1e-6, 20],
    ['far too many', 1000, 20],
    ['few of an old series', 1e-6, 1e9],
    ['many of a new one', 1000, 0],
  ])('are those of a score when %s are wanted', (_, perWeek, learnt) => {
    const odds = oddsFor(perWeek, HOLD_MS, learnt);
    expect(odds).toBeGreaterThan(0.15);
    expect(odds).toBeLessThanOrEqual(5);
  });
});

describe('a source that is given a rate of false alarms', () => {
  const random = normals(41);
  const values = Array.from({ length: 3000 }, (_, row) => 20 + random() + (row === 2900 ? 12 : 0));
  const asked = (falseAlarmsPerWeek: number) => {
    const steps = run(open(undefined, { falseAlarmsPerWeek }), values);
    return steps.flatMap(({ conclusion }) => conclusion.events).filter(({ phase }) => phase === 'opened');
  };

  it('alarms the more the more are wanted, and on what is wrong in any case', () => {
    const counts = [0.5, 5, 20].map((perWeek) => asked(perWeek).length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[2]).toBeGreaterThan(counts[0]! + 5);
    const wrong = START + 2900 * 5 * MINUTE_MS;
    for (const perWeek of [0.5, 5, 20]) expect(asked(perWeek).some(({ timestamp }) => timestamp === wrong)).toBe(true);
  });

  it('comes to alarm as often as it was asked, on noise with wilder tails than any that the curves know', () => {
    let opened = 0;
    for (const seed of [1, 2, 3]) {
      const normal = normals(seed);
      const wild = () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
      const detector = open(undefined, { falseAlarmsPerWeek: 5 });
      for (let at = 0; at < 3 * WEEK_MS; at += MINUTE_MS) {
        const { conclusion } = step(detector, point(START + at, { level: wild() }));
        if (at >= WEEK_MS && conclusion.events.some(({ phase }) => phase === 'opened')) opened++;
      }
    }
    const asked = 3 * 2 * 5;
    expect(opened).toBeGreaterThan(asked / 1.5);
    expect(opened).toBeLessThan(asked * 1.5);
  });

  it('tells with each event the threshold that it was judged by', () => {
    const events = asked(5);
    for (const { alarmScore, threshold } of events) expect(alarmScore).toBeGreaterThanOrEqual(threshold);
    expect(new Set(events.map(({ threshold }) => threshold)).size).toBe(events.length);
    expect(events[0]!.threshold).toBeGreaterThan(events.at(-1)!.threshold);
  });

  it('scores as with any other threshold', () => {
    const scores = (steps: ReturnType<typeof run>) => steps.map(({ conclusion }) => conclusion.verdicts[0]!.alarmScore);
    expect(scores(run(open(undefined, { falseAlarmsPerWeek: 1 }), values))).toEqual(scores(run(open(), values)));
  });
});
