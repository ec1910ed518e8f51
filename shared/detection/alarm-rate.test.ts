import { thresholdFor } from './alarm-rate';
import { ALARM_RATES } from './alarm-rates';
import { fromUnit } from './built-in-model';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, open, run, START } from './series.factory';

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

describe('the threshold for a rate of false alarms', () => {
  it('is what the curve says at its own points', () => {
    for (const { learnt, rates } of ALARM_RATES) {
      for (const [odds, rate] of rates)
        expect(fromUnit(thresholdFor((rate * WEEK_MS) / HOLD_MS, HOLD_MS, learnt))).toBeCloseTo(odds, 6);
    }
  });

  it.each([
    ['more are wanted', [0.2, 1, 5, 20].map((perWeek) => thresholdFor(perWeek, HOLD_MS, 2000))],
    ['history grows', [20, 60, 150, 400, 1500, 5000].map((learnt) => thresholdFor(1, HOLD_MS, learnt))],
    ['the series is slower', [10, 60, 500, 2000].map((minutes) => thresholdFor(1, minutes * MINUTE_MS, 2000))],
  ])('sinks when %s', (_, thresholds) => {
    expect(thresholds).toEqual([...thresholds].sort((a, b) => b - a));
    expect(new Set(thresholds).size).toBe(thresholds.length);
  });

  it.each([
    ['far too few', 1e-6, 20],
    ['far too many', 1000, 20],
    ['few of an old series', 1e-6, 1e9],
    ['many of a new one', 1000, 0],
  ])('stays a threshold when %s are wanted', (_, perWeek, learnt) => {
    const threshold = thresholdFor(perWeek, HOLD_MS, learnt);
    expect(threshold).toBeGreaterThan(0.1);
    expect(threshold).toBeLessThan(0.75);
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
