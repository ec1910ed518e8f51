import { MINUTE_MS, open, point, run, START, type Step, step } from './series.factory';
import type { SourceDetector, Standing } from './source-detector';

const STEP_MS = 5 * MINUTE_MS;
const DAY_MS = 86_400_000;
const YEARS = 73 * 365 * DAY_MS;
const value = (row: number) => 50 + (row % 7) + ((row * 7919) % 13) / 13;
const at = (row: number) => START + row * STEP_MS;

/** A metric of 100 rows. */
function known(): SourceDetector {
  const detector = open();
  run(
    detector,
    Array.from({ length: 100 }, (_, row) => value(row)),
  );
  return detector;
}

function standings(detector: SourceDetector, timestamps: readonly number[]): Standing[] {
  return timestamps.map((timestamp) => {
    const { observations } = step(detector, point(timestamp, { level: 52 }));
    return observations[0]!.standing;
  });
}

describe('a timestamp far ahead', () => {
  it.each<[string, number[], Standing[]]>([
    ['is believed when it is no leap', [at(1098)], ['current']],
    ['waits for the next', [at(99) + YEARS], ['unconfirmed']],
    ['is confirmed by one near it', [at(99) + YEARS, at(100) + YEARS], ['unconfirmed', 'current']],
    ['is confirmed by one shortly before it', [at(101) + YEARS, at(100) + YEARS], ['unconfirmed', 'current']],
    ['is not confirmed by itself', [at(99) + YEARS, at(99) + YEARS], ['unconfirmed', 'duplicate']],
    [
      'is not confirmed by another wild one',
      [at(99) + YEARS, at(99) + YEARS / 2, at(100)],
      ['unconfirmed', 'unconfirmed', 'current'],
    ],
    [
      'is forgotten when time goes on as it did',
      [at(99) + YEARS, at(100), at(101) + YEARS, at(101)],
      ['unconfirmed', 'current', 'unconfirmed', 'current'],
    ],
    ['leaves late ones late', [at(99) + YEARS, at(98) + 1, at(100)], ['unconfirmed', 'late', 'current']],
    [
      'needs no proof again when so long a pause is known',
      [at(99) + 9 * DAY_MS, at(100) + 9 * DAY_MS, at(100) + 24 * DAY_MS, at(100) + 60 * DAY_MS],
      ['unconfirmed', 'current', 'current', 'unconfirmed'],
    ],
  ])('%s', (_, timestamps, wanted) => {
    expect(standings(known(), timestamps)).toEqual(wanted);
    expect(standings(open(known().encode()), timestamps)).toEqual(wanted);
  });

  it('is believed of a metric of which little is known', () => {
    const detector = open();
    expect(standings(detector, [START, START + STEP_MS, START + YEARS])).toEqual(['current', 'current', 'current']);
  });

  it('is scored, and changes no later score', () => {
    const wild = known();
    const { observations, conclusion } = step(wild, point(at(99) + YEARS, { level: 5_000 }));
    expect(observations[0]!.features).toBeDefined();
    expect(conclusion.verdicts[0]!.anomalyScore).toBeGreaterThan(0.5);
    expect(conclusion.events).toEqual([]);
    const rest = (detector: SourceDetector) => run(detector, [51, 52, 53], STEP_MS, at(100));
    expect(rest(wild)).toEqual(rest(known()));
  });

  it('costs a source nothing but its row, wherever it is saved', () => {
    const points = Array.from({ length: 200 }, (_, row) =>
      point(at(row) + (row === 150 ? YEARS : 0), { level: value(row), flow: 2 * value(row) + (row % 3) }),
    );
    const whole = open();
    const steps = points.map((one): Step => step(whole, one));
    expect(steps[150]!.observations.map(({ standing, metric }) => [metric, standing])).toEqual([
      ['level', 'unconfirmed'],
      ['flow', 'unconfirmed'],
    ]);
    const sound = open();
    const without = points.flatMap((one, row) => (row === 150 ? [] : [step(sound, one)]));
    expect(steps.filter((_, row) => row !== 150)).toEqual(without);
    for (const cut of [149, 150, 151]) {
      const before = open();
      for (const one of points.slice(0, cut)) step(before, one);
      const after = open(before.encode());
      expect(points.slice(cut).map((one) => step(after, one))).toEqual(steps.slice(cut));
    }
  });

  it('does not begin a metric', () => {
    const detector = known();
    const { observations } = step(detector, point(at(99) + YEARS, { level: 52, new: 1 }));
    expect(observations.map(({ standing }) => standing)).toEqual(['unconfirmed', 'unconfirmed']);
    expect([...detector.encode().keys()].sort()).toEqual(['m:level']);
  });

  it('is no leap to a source of which another metric says so', () => {
    const detector = open();
    for (let row = 0; row < 100; row++) step(detector, point(at(row), { level: value(row), flow: row % 5 }));
    for (let row = 100; row < 1_200; row++) step(detector, point(at(row), { level: value(row) }));
    const { observations } = step(detector, point(at(1_200), { level: 52, flow: 3 }));
    expect(observations.slice(0, 2).map(({ standing }) => standing)).toEqual(['current', 'current']);
  });
});
