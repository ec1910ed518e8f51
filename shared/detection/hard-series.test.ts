import { decodeMetric } from './metric-codec';
import { HEAD_BYTES } from './metric-layout';
import { saveMetricState } from './metric-state';
import { normals, uniforms } from './relations/relations.factory';
import { dailyWave, MINUTE_MS, open, point, run, START, type Step, step } from './series.factory';

const ROWS = 1000;
const SPIKE = 900;
const wave = dailyWave(ROWS, 3, SPIKE);

function anomalies(steps: readonly Step[]): number[] {
  return steps.map(({ conclusion }) => conclusion.verdicts[0]!.anomalyScore);
}

function openings(steps: readonly Step[]): number {
  return steps.flatMap(({ conclusion }) => conclusion.events).filter(({ phase }) => phase === 'opened').length;
}

function isSound({ observations, conclusion }: Step): boolean {
  const { expected, lower, upper, features } = observations[0]!;
  const { anomalyScore, alarmScore } = conclusion.verdicts[0]!;
  const numbers = [...(features ?? []), expected ?? 0, lower ?? 0, upper ?? 0];
  const ordered = lower === undefined || (lower <= expected! && expected! <= upper!);
  return (
    ordered && numbers.every(Number.isFinite) && [anomalyScore, alarmScore].every((score) => score >= 0 && score < 1)
  );
}

describe.each<[string, (row: number) => number]>([
  ['a constant', () => 42],
  ['zero', () => 0],
  ['the smallest denormal', () => Number.MIN_VALUE],
  ['denormals', (row) => (row % 7) * 1e-310],
  ['the largest numbers of both signs', (row) => (row % 2 ? 1 : -1) * Number.MAX_VALUE],
  ['one step', (row) => (row < 500 ? 0 : 1)],
  ['growth to the largest numbers', (row) => 1.9 ** row],
  ['sign flips', (row) => (row % 2 ? 1 : -1)],
  ['tiny and huge in turn', (row) => (row % 3 ? 1e-300 : 1e300)],
  ['small counts', (row) => (row * row) % 4],
  ['minus zero', (row) => (row % 2 ? 0 : -0)],
])('%s', (_, value) => {
  const values = Array.from({ length: 600 }, (_, row) => value(row)).map((x) => (Number.isFinite(x) ? x : 1e308));
  const steps = run(open(), values);

  it('is judged with finite scores, features and bands', () => {
    expect(steps.findIndex((one) => !isSound(one))).toBe(-1);
  });
});

describe('what must be quiet and what must not', () => {
  it('never alarms on a constant, and finds nothing at all in it in the end', () => {
    const scores = anomalies(run(open(), new Array(2000).fill(3.7)));
    expect(Math.max(...scores)).toBeLessThan(0.3);
    expect(Math.max(...scores.slice(1500))).toBeLessThan(0.01);
  });

  it('takes values equal but for arithmetic noise as equal', () => {
    const noisy = Array.from({ length: 500 }, (_, row) => (row % 2 ? 0.3 : 0.1 + 0.2));
    expect(anomalies(run(open(), noisy))).toEqual(anomalies(run(open(), new Array(500).fill(0.3))));
  });

  it('finds the first change of a constant', () => {
    const steps = run(open(), [...new Array(300).fill(5), 6]);
    expect(steps[300]!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
  });

  it('finds a spike of 20 deviations and tells by how much', () => {
    const steps = run(open(), wave);
    const { isAnomaly, contributions } = steps[SPIKE]!.conclusion.verdicts[0]!;
    expect(isAnomaly).toBe(true);
    expect(contributions[0]!.words).toMatch(/^above the highest in 3 days|× the highest in 3 days/);
  });

  it('says nothing of one value', () => {
    const [only] = run(open(), [1e9]);
    expect(only!.observations[0]).toMatchObject({ learnt: 1, learningNeeds: 20, expected: undefined });
    expect(only!.conclusion.verdicts[0]!.anomalyScore).toBe(0);
  });
});

describe('another unit or another zero of the same series', () => {
  const reference = anomalies(run(open(), wave));

  it.each<[string, (x: number) => number]>([
    ['a power of two', (x) => x * 2 ** 20],
    ['a very small power of two', (x) => x * 2 ** -120],
    ['a very large power of two', (x) => x * 2 ** 120],
  ])('scaled by %s gives the same scores', (_, change) => {
    expect(anomalies(run(open(), wave.map(change)))).toEqual(reference);
  });

  it.each<[string, (x: number) => number]>([
    ['scaled by ten', (x) => 10 * x],
    ['with another sign', (x) => -x],
    ['shifted by a thousand', (x) => x + 1000],
    ['around 1e12', (x) => x + 1e12],
  ])('%s gives nearly the same scores', (_, change) => {
    const scores = anomalies(run(open(), wave.map(change)));
    const apart = scores.map((score, row) => Math.abs(score - reference[row]!)).sort((a, b) => a - b);
    expect(apart[Math.floor(0.9 * ROWS)]).toBeLessThan(0.05);
    expect(scores[SPIKE]).toBeCloseTo(reference[SPIKE]!, 1);
  });

  it('tells 1e12 from 1e12 + 1', () => {
    const steps = run(open(), [...Array.from({ length: 400 }, (_, row) => 1e12 + (row % 2)), 1e12 + 4]);
    expect(steps[400]!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
    expect(Math.max(...steps.slice(100, 400).map(({ conclusion }) => conclusion.verdicts[0]!.alarmScore))).toBeLessThan(
      0.5,
    );
  });

  it('recovers from a first value that was an error', () => {
    const random = normals(4);
    const values = [1e9, ...Array.from({ length: 20_000 }, () => 0.001 * random())];
    const steps = run(open(), [...values, 0.03]);
    expect(steps.at(-1)!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
  });
});

describe('time', () => {
  it('takes a gap and a clock that jumps ahead without an alarm', () => {
    const detector = open();
    run(detector, dailyWave(2000, 8));
    const later = START + 90 * 24 * 60 * MINUTE_MS;
    const after = run(detector, dailyWave(300, 9), 5 * MINUTE_MS, later);
    expect(after.filter(({ conclusion }) => conclusion.verdicts[0]!.isAnomaly).length).toBeLessThanOrEqual(1);
    expect(after.findIndex((one) => !isSound(one))).toBe(-1);
  });

  it('learns nothing from a clock that jumps back', () => {
    const detector = open();
    run(detector, wave.slice(0, 500));
    const learnt = (steps: Step[]) => steps.map(({ observations }) => observations[0]!.learnt);
    expect(new Set(learnt(run(detector, wave.slice(0, 50), 5 * MINUTE_MS, START - 60 * MINUTE_MS)))).toEqual(
      new Set([500]),
    );
  });

  it('knows the hour by the wall clock of the zone on both sides of a change', () => {
    // Nightly work at four o'clock in Berlin; the clocks change on 2026-03-29.
    const from = Date.UTC(2026, 2, 1);
    const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', hourCycle: 'h23' });
    const random = uniforms(2);
    const values = Array.from({ length: 24 * 60 }, (_, hour) => {
      const wall = Number(berlin.format(from + hour * 60 * MINUTE_MS));
      return (wall === 4 ? 30 : 5) + random();
    });
    // The work is at 03:00 UTC before the change and at 02:00 after it: in the days after it these two tell.
    const deviation = (timeZone: string) =>
      run(open(undefined, { timeZone }), values, 60 * MINUTE_MS, from)
        .filter((_, hour) => hour > 28 * 24 + 3 && hour < 31 * 24 && (hour % 24 === 2 || hour % 24 === 3))
        .reduce((sum, { observations }) => sum + observations[0]!.features![3]!, 0);
    expect(deviation('Europe/Berlin')).toBeLessThan(0.5 * deviation('UTC'));
  });

  it('works on a sensor of one second and on a count of one hour', () => {
    for (const everyMs of [1000, 60 * MINUTE_MS]) {
      const random = normals(12);
      const values = Array.from({ length: 1500 }, (_, row) => 20 + random() + (row === 1400 ? 15 : 0));
      const steps = run(open(), values, everyMs);
      expect(steps[1400]!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
      expect(openings(steps.slice(0, 1400))).toBeLessThan(8);
    }
  });
});

describe('a counter', () => {
  const random = uniforms(6);
  let total = 1e6;
  const readings = Array.from({ length: 900 }, (_, row) => {
    total += Math.floor(100 + 20 * random()) * (row === 800 ? 30 : 1);
    return total;
  });

  it('is judged by its growth when it is declared', () => {
    const steps = run(open(undefined, { counters: ['level'] }), readings);
    expect(steps[0]!.observations[0]!.features).toBeUndefined();
    expect(steps[800]!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
    expect(steps[800]!.conclusion.verdicts[0]!.contributions[0]!.words).toContain('a second');
    const { value, lower, upper } = steps[700]!.observations[0]!;
    expect(value! >= lower! - 40 && value! <= upper! + 40).toBe(true);
  });

  it('is recognised, and then judged by its growth', () => {
    const steps = run(open(), readings);
    expect(steps[255]!.observations[0]!.learnt).toBe(256);
    expect(steps[256]!.observations[0]!.learnt).toBe(1);
    expect(steps[800]!.conclusion.verdicts[0]!.isAnomaly).toBe(true);
  });

  it('may start again from zero', () => {
    const restarted = readings.map((reading, row) => (row < 600 ? reading : reading - readings[599]!));
    const steps = run(open(undefined, { counters: ['level'] }), restarted);
    expect(steps[600]!.conclusion.verdicts[0]!.isAnomaly).toBe(false);
    expect(steps[600]!.observations[0]!.learnt).toBe(600);
  });

  it('is none if the settings say so, or if it falls by a little', () => {
    const declared = run(open(undefined, { counters: [] }), readings);
    expect(declared[400]!.observations[0]!.learnt).toBe(401);
    const falling = run(open(), [...readings.slice(0, 500), readings[499]! - 50, ...readings.slice(500, 520)]);
    expect(falling[500]!.observations[0]!.learnt).toBe(1);
    expect(falling[520]!.observations[0]!.learnt).toBe(21);
  });
});

describe('a long run', () => {
  it('stays sound over 40,000 rows, and no longer row is stranger for its number', () => {
    const random = normals(20);
    const detector = open();
    const means: number[] = [];
    for (let block = 0; block < 10; block++) {
      let sum = 0;
      for (let row = 0; row < 4_000; row++) {
        const at = START + (block * 4_000 + row) * 5 * MINUTE_MS;
        const one = step(detector, point(at, { level: 50 + random() }));
        if (!isSound(one)) throw new Error(`row ${row} of block ${block} is not sound`);
        sum += one.conclusion.verdicts[0]!.anomalyScore;
      }
      means.push(sum / 4_000);
    }
    for (const mean of means.slice(1)) expect(Math.abs(mean - means[1]!)).toBeLessThan(0.03);
  });
});

describe('memory at rest', () => {
  it('is at most 4 KB a metric', () => {
    const detector = open();
    run(detector, wave);
    expect(detector.encode().get('m:level')!.length).toBeLessThanOrEqual(4096);
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['of another version', new Uint8Array(4096).fill(99)],
  ])('that is %s starts anew', (_, bytes) => {
    const fields = new Map([
      ['m:level', bytes],
      ['s', bytes],
    ]);
    expect(run(open(fields), wave.slice(0, 100))).toEqual(run(open(), wave.slice(0, 100)));
  });

  it('of a later layout is read as far as it is known', () => {
    const detector = open();
    run(detector, wave.slice(0, 300));
    const longer = new Map(
      [...detector.encode()].map(([name, bytes]) => [name, grown(saveMetricState(decodeMetric(bytes)!))]),
    );
    const [next] = run(open(longer), [wave[300]!], 5 * MINUTE_MS, START + 300 * 5 * MINUTE_MS);
    expect(next).toEqual(run(open(), wave.slice(0, 301))[300]);
  });

  it('with broken relations still knows when points came', () => {
    const bytes = new Uint8Array(HEAD_BYTES + 40).fill(7);
    bytes[0] = 1;
    expect(() => step(open(new Map([['s', bytes]])), point(START, { a: 1, b: 2 }))).not.toThrow();
  });
});

function grown(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 64).fill(5);
  longer.set(bytes);
  return longer;
}
