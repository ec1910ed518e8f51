import { AnomalyEventSchema } from '../domain/anomaly-event';
import { LIMITS } from '../domain/limits';
import { DEFAULT_SOURCE_SETTINGS } from '../domain/settings';
import { isJudged, reasonsOf } from './metric-observation';
import { openSourceDetector } from './open-source-detector';
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
    [20, 0.2335, 0.2335, 53.641, [1.116, 0, 0.4818, 0.4899, 0.36, 0, 0, 0, 0.2649, 0, 0, 0.0002]],
    [100, 0.2762, 0, 59.898, [0.5692, 0, 0.6044, 0.5197, 0.8618, 0, 0.2045, 0.5084, 0.9366, 0, 0.0033, 0.0542]],
    [500, 0.2646, 0, 38.407, [0.1813, 0, 0.124, 0.1205, 0.696, 0, 0.0815, 0.3024, 0.584, 0.3187, 0.0987, 0.1564]],
    [
      900,
      0.5109,
      0.5842,
      56.894,
      [2.8986, 2.9976, 2.9055, 2.1029, 0.08, 2.3265, 0.3171, 0.4388, 0, 0.2797, 0.2244, 0.0634],
    ],
    [1199, 0.2016, 0, 57.313, [0.4182, 0, 0.1868, 0.1507, 0.1681, 1.6342, 0.0329, 0.036, 0.8716, 0.2603, 0.31, 0.0301]],
  ])('gives row %i of the wave these scores and features', (row, anomaly, alarm, expected, features) => {
    const { observations, conclusion } = steps[row]!;
    expect(conclusion.verdicts[0]!.anomalyScore).toBeCloseTo(anomaly, 3);
    expect(conclusion.verdicts[0]!.alarmScore).toBeCloseTo(alarm, 3);
    expect(observations[0]!.expected).toBeCloseTo(expected, 2);
    features.forEach((value, at) => {
      expect(observations[0]!.features![at]).toBeCloseTo(value, 2);
    });
  });

  it('speaks of hours once two days were seen, and of weekdays once two weeks were', () => {
    const words = steps.map(({ observations: [observation] }) =>
      isJudged(observation!) ? reasonsOf(observation).map((reason) => reason.words) : [],
    );
    const [young, older] = [words.slice(0, 576).flat(), words.slice(576).flat()];
    expect(young.filter((said) => said.startsWith('off its usual level of the last'))).not.toHaveLength(0);
    expect(young.filter((said) => said.startsWith('unusual for'))).toEqual([]);
    expect(older.filter((said) => /^unusual for \d\d:00/.test(said))).not.toHaveLength(0);
    expect(older.filter((said) => said.startsWith('unusual for a '))).toEqual([]);
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
  const { sourceMetricsMax } = LIMITS;
  const metrics = Object.fromEntries(Array.from({ length: sourceMetricsMax + 1 }, (_, k) => [`m${k}`, k]));
  const { observations } = step(detector, point(START, metrics));
  expect(observations.filter(({ standing }) => standing === 'unwatched').map(({ metric }) => metric)).toEqual([
    `m${sourceMetricsMax}`,
  ]);
  expect(detector.encode().size).toBe(sourceMetricsMax + 1);
});

it('watches fewer where settings say so, and keeps those that it knows', () => {
  const strict = { ...DEFAULT_SOURCE_SETTINGS, metricsMax: 2 };
  const known = open();
  step(known, point(START, { a: 1, b: 2, c: 3 }));
  const detector = openSourceDetector('pump', strict, known.encode());
  const { observations } = step(detector, point(START + 1, { a: 1, b: 2, c: 3, d: 4 }));
  const unwatched = observations.filter(({ standing }) => standing === 'unwatched');
  expect(unwatched.map(({ metric }) => metric)).toEqual(['d']);
});

it('encodes only what changed', () => {
  const detector = open();
  step(detector, point(START, { a: 1, b: 2 }));
  const later = open(detector.encode());
  step(later, point(START + 1, { b: 2 }));
  expect([...later.encode().keys()]).toEqual(['m:b', 's']);
});
