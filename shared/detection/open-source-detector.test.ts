import { AnomalyEventSchema } from '../domain/anomaly-event';
import { METRICS_PER_SOURCE_MAX } from './open-source-detector';
import { dailyWave, MINUTE_MS, open, point, run, START, step } from './series.factory';

const ROWS = 1200;
const wave = dailyWave(ROWS, 7, 900);

describe('a source detector', () => {
  const steps = run(open(), wave);

  it('opens one episode at a spike and closes it when the metric is calm again', () => {
    const events = steps.flatMap(({ conclusion }) => conclusion.events);
    const spike = events.filter(({ timestamp }) => timestamp >= START + 900 * 5 * MINUTE_MS);
    expect(spike[0]).toMatchObject({ phase: 'opened', kind: 'value', metric: 'level', transition: 1 });
    expect(spike[0]!.timestamp).toBe(START + 900 * 5 * MINUTE_MS);
    expect(spike[0]!.contributions[0]).toMatchObject({ name: 'value' });
    expect(spike[1]).toMatchObject({ phase: 'closed', episodeId: spike[0]!.episodeId, transition: 2 });
    for (const event of events) expect(AnomalyEventSchema.parse(event)).toEqual(event);
  });

  it.each<[number, number, number, number, number[]]>([
    [39, 0, 0, 59.219, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [40, 0.1831, 0.1831, 56.951, [0.0218, 0, 0.5487, 0.8493, 0.4101, 0, 0.5105, 0, 0.0923, 0, 0, 0]],
    [100, 0.3816, 0, 59.898, [0.5785, 0, 0.647, 0.5969, 1.716, 0, 0.2161, 0.6008, 2.0647, 0, 0.0033, 0.0915]],
    [500, 0.2845, 0, 38.407, [0.1707, 0, 0.0982, 0.0953, 0.6345, 0, 0.0798, 0.2928, 0.5885, 0.3187, 0.0987, 0.1825]],
    [
      900,
      0.5307,
      0.6038,
      56.894,
      [3.2063, 3.1497, 2.9919, 2.6782, 0.0614, 2.4931, 0.3418, 0.4518, 0, 0.2797, 0.2244, 0.073],
    ],
    [1199, 0.201, 0, 57.313, [0.4231, 0, 0.1741, 0.1399, 0.1486, 1.6596, 0.0297, 0.0181, 0.8577, 0.2603, 0.31, 0.0307]],
  ])('gives row %i of the wave these scores and features', (row, anomaly, alarm, expected, features) => {
    const { observations, conclusion } = steps[row]!;
    expect(conclusion.verdicts[0]!.anomalyScore).toBeCloseTo(anomaly, 3);
    expect(conclusion.verdicts[0]!.alarmScore).toBeCloseTo(alarm, 3);
    expect(observations[0]!.expected).toBeCloseTo(expected, 2);
    features.forEach((value, at) => {
      expect(observations[0]!.features![at]).toBeCloseTo(value, 2);
    });
  });

  it('scores a row by the rows before it alone', () => {
    const prefix = run(open(), wave.slice(0, 700));
    expect(prefix).toEqual(steps.slice(0, 700));
  });

  it.each([1, 13, 40, 500, 899, 900, 901])('goes on alike when saved and loaded after row %i', (row) => {
    const before = open();
    run(before, wave.slice(0, row));
    const after = open(before.encode());
    const rest = run(after, wave.slice(row), 5 * MINUTE_MS, START + row * 5 * MINUTE_MS);
    expect(rest).toEqual(steps.slice(row));
  });

  it('gives a band in the unit of the data that holds most values', () => {
    const judged = steps.slice(300).map(({ observations }) => observations[0]!);
    const inside = judged.filter(({ value, lower, upper }) => value! >= lower! && value! <= upper!);
    expect(inside.length / judged.length).toBeGreaterThan(0.92);
    expect(inside.length / judged.length).toBeLessThan(0.98);
  });
});

describe('standing of a value', () => {
  const detector = open(undefined, { allowedLatenessMs: 60 * MINUTE_MS });
  run(detector, wave.slice(0, 100));
  const newest = START + 99 * 5 * MINUTE_MS;

  it.each([
    ['again', newest, 'duplicate'],
    ['one of the last ones again', newest - 25 * MINUTE_MS, 'duplicate'],
    ['between the last two', newest - MINUTE_MS, 'late'],
    ['that late one again', newest - MINUTE_MS, 'duplicate'],
    ['beyond the allowed lateness', newest - 61 * MINUTE_MS, 'too-late'],
    ['the next', newest + MINUTE_MS, 'current'],
  ])('%s', (_, timestamp, standing) => {
    const { observations, conclusion } = step(detector, point(timestamp, { level: 50 }));
    expect(observations[0]!.standing).toBe(standing);
    expect(observations[0]!.features !== undefined).toBe(standing === 'late' || standing === 'current');
    expect(conclusion.verdicts).toHaveLength(1);
  });
});

it('watches a bounded number of metrics and says so of the others', () => {
  const detector = open();
  const metrics = Object.fromEntries(Array.from({ length: METRICS_PER_SOURCE_MAX + 1 }, (_, k) => [`m${k}`, k]));
  const { observations } = step(detector, point(START, metrics));
  expect(observations.filter(({ standing }) => standing === 'unwatched').map(({ metric }) => metric)).toEqual([
    `m${METRICS_PER_SOURCE_MAX}`,
  ]);
  expect(detector.encode().size).toBe(METRICS_PER_SOURCE_MAX + 1);
});

it('encodes only what changed', () => {
  const detector = open();
  step(detector, point(START, { a: 1, b: 2 }));
  const later = open(detector.encode());
  step(later, point(START + 1, { b: 2 }));
  expect([...later.encode().keys()]).toEqual(['m:b', 's']);
});
