import fc from 'fast-check';
import { AT } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION, FEATURES, type FeatureName, roundFeature } from '../detection/model';
import { openWeightedModel } from '../detection/weighted-model';
import { Distributions } from './distributions';
import { aLabel } from './label.factory';
import type { Label } from './labels';
import { alarmMeasures, countScores, rankingMeasures } from './measures';
import { splitByTime, splitSpan } from './split';
import { trainModel } from './train-model';
import type { TrainingData } from './training-data';
import { TrainingError } from './training-error';

const DAY_MS = 86_400_000;
describe('the split', () => {
  const labels = Array.from({ length: 10 }, (_, i) => aLabel(i * 10 * DAY_MS, i * 10 * DAY_MS + DAY_MS));
  it('leaves the newest share to test, with a gap before it', () => {
    expect(splitByTime(labels, 0.4, DAY_MS)).toEqual({ trainTo: 59 * DAY_MS, testFrom: 60 * DAY_MS });
  });
  it.each<[string, readonly Label[], RegExp]>([
    ['no label', [], /there are 0/],
    ['exclusions alone', labels.map((one) => ({ ...one, verdict: 'exclude' as const })), /there are 0/],
    ['all labels at one time', labels.map(() => aLabel(0, DAY_MS)), /no labelled window ends before/],
  ])('asks for more: %s', (_, given, words) => {
    expect(() => splitByTime(given, 0.4, DAY_MS)).toThrow(words);
  });
});

describe('the split of a span', () => {
  it('leaves the newest share to test, with a gap before it', () => {
    expect(splitSpan(0, 10 * DAY_MS, 0.4, DAY_MS)).toEqual({ trainTo: 5 * DAY_MS, testFrom: 6 * DAY_MS });
  });
  it('is refused where nothing would be left to train on', () => {
    expect(() => splitSpan(0, DAY_MS, 0.4, DAY_MS)).toThrow(/too short to train on/);
  });
});

describe('measures', () => {
  it.each<[string, number[], number[], number, number]>([
    ['told apart', [0.9, 0.8], [0.1, 0.2], 1, 1],
    ['all the same', [0.5, 0.5], [0.5, 0.5], 0.5, 0.5],
    ['one negative above one positive', [0.9, 0.3], [0.5, 0.1], 0.75, (1 + 2 / 3) / 2],
  ])('ranking: %s', (_, positives, negatives, rocAuc, prAuc) => {
    const measured = rankingMeasures(countScores(positives), countScores(negatives));
    expect(measured.rocAuc).toBeCloseTo(rocAuc, 12);
    expect(measured.prAuc).toBeCloseTo(prAuc, 12);
  });
  it.each<[string, Parameters<typeof alarmMeasures>, ReturnType<typeof alarmMeasures>]>([
    ['half found, half false', [2, 4, 2], { precision: 0.5, recall: 0.5, f1: 0.5 }],
    ['nothing found', [0, 4, 2], { precision: 0, recall: 0, f1: 0 }],
    ['never an alarm', [0, 4, 0], { precision: Number.NaN, recall: 0, f1: 0 }],
    ['nothing to find', [0, 0, 2], { precision: 0, recall: Number.NaN, f1: Number.NaN }],
  ])('alarms: %s', (_, counts, expected) => {
    expect(alarmMeasures(...counts)).toEqual(expected);
  });
});

describe('training', () => {
  const features = FEATURES.map(() => 1);
  const row = (timestamp: number, given?: Label, vector = features) => ({
    ...{ source: 's', metric: 'a', timestamp, features: vector, label: given },
  });
  const data = (rows: TrainingData['rows'], changes: Partial<TrainingData> = {}): TrainingData => ({
    schema: FEATURE_SCHEMA_VERSION,
    rows,
    unlabelledWeight: 1,
    points: 1,
    sources: 1,
    leftOut: { young: 0, late: 0, excluded: 0, marked: 0, sampled: 0 },
    distributions: new Distributions('built-in'),
    counted: { vectors: [], weight: 1 },
    ...changes,
  });
  const split = { trainTo: 100, testFrom: 100 };
  const flat = FEATURES.map(() => 0);
  const young = { young: 77, late: 0, excluded: 0, marked: 0, sampled: 0 };
  it.each<[string, TrainingData, RegExp]>([
    ['nothing', data([]), /no vector lies in a labelled window/],
    ['usual rows alone', data([row(1)]), /no vector lies in a labelled window/],
    ['labels after the split alone', data([row(1), row(150, aLabel(140, 160))]), /no vector lies in a labelled window/],
    ['labelled rows alone', data([row(1, aLabel(0, 2))]), /nothing usual to learn/],
    ['young series alone', data([], { leftOut: young }), /all 77 vectors are of series too young .* more points/],
    [
      'constant series',
      data([row(1, aLabel(0, 2), flat), row(50, undefined, flat), row(150)]),
      /nothing in the part that trains stands out .* constant series/,
    ],
    ['vectors of another schema', data([row(1)], { schema: 7 }), /feature schema 7, this program trains on 1: replay/],
    [
      'vectors of two schemas',
      data([row(1, aLabel(0, 2)), row(50, undefined, features.slice(1))]),
      new RegExp(`several feature schemas: one of source s has ${FEATURES.length - 1} features`),
    ],
  ])('says what it lacks: %s', (_, given, words) => {
    expect(() => trainModel(given, split)).toThrow(words);
    expect(() => trainModel(given, split)).toThrow(TrainingError);
  });
  const hot = (feature: FeatureName) => FEATURES.map((name) => (name === feature ? 4 : 0.1));
  const at = (timestamp: number, values: readonly number[], given?: Label) => ({
    ...row(timestamp, given),
    features: values,
  });
  const windowsOf = (feature: FeatureName, count: number, first: number, changes: Partial<Label> = {}) =>
    Array.from({ length: count }, (_, i) => at(first + i, hot(feature), aLabel(first + i, first + i, changes)));
  const usual = Array.from({ length: 20 }, (_, i) =>
    at(
      i,
      FEATURES.map(() => 0.1),
    ),
  );
  const weightsFrom = (rows: TrainingData['rows']) => trainModel(data([...usual, ...rows]), split, { pull: 0.1 });

  it('takes a false alarm that people named for usual: what it was made of weighs less than without it', () => {
    const windows = [...windowsOf('novelty', 3, 20), ...windowsOf('hourDeviation', 3, 30)];
    const named = windowsOf('novelty', 3, 40, { verdict: 'false-alarm' });
    const [without, taught] = [weightsFrom(windows), weightsFrom([...windows, ...named])];
    const ratio = ({ artifact: { weights } }: typeof taught) => weights.value / weights.season;
    expect(ratio(taught)).toBeLessThan(0.5 * ratio(without));
    expect(taught).toMatchObject({ windows: 6, falseAlarms: 3, injected: 0 });
  });

  it('heeds people more than injected faults, however many these are', () => {
    const doubtful = [...windowsOf('novelty', 3, 0), ...windowsOf('hourDeviation', 3, 10)];
    const rows = (origin: Label['origin']) => [
      ...doubtful.map((one) => ({ ...one, label: undefined })),
      ...windowsOf('hourDeviation', 4, 20),
      ...windowsOf('novelty', 40, 30, { origin, fault: 'spike' }),
    ];
    const injected = weightsFrom(rows('injected'));
    expect(injected).toMatchObject({ windows: 44, injected: 40 });
    const ratio = ({ artifact: { weights } }: typeof injected) => weights.season / weights.value;
    expect(ratio(injected)).toBeGreaterThan(1.3 * ratio(weightsFrom(rows('people'))));
  });

  it('stays the built-in model where windows and all else look the same', () => {
    const { artifact } = trainModel(data([row(1, aLabel(0, 2)), row(50)]), split, { pull: 1e6 });
    expect(new Set(Object.values(artifact.weights))).toEqual(new Set([1]));
  });

  const surprise = fc.double({ min: 0, max: 12, noNaN: true }).map(roundFeature);
  const vector = fc.array(surprise, { minLength: FEATURES.length, maxLength: FEATURES.length });
  it('makes a model that no surprise lowers, whatever it learnt; shapeWeight moves weight between families', () => {
    const higher = fc.tuple(vector, vector).map(([low, more]) => {
      const shapeWeight = AT.shapeWeight;
      return [low, low.map((value, k) => (k === shapeWeight ? value : value + more[k]!))] as const;
    });
    const any = fc.record({
      strange: fc.array(vector, { maxLength: 6 }),
      usual: fc.array(vector, { minLength: 1, maxLength: 12 }),
      pull: fc.constantFrom(0, 0.05, 5),
      pairs: fc.array(higher, { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(any, ({ strange, usual, pull, pairs }) => {
        const rows = [
          row(40, aLabel(40, 40)),
          ...strange.map((one, i) => row(i, aLabel(i, i), one)),
          ...usual.map((one, i) => row(50 + i, undefined, one)),
        ];
        const learnt = () => trainModel(data(rows), split, { pull, rounds: 2, steps: 20 }).artifact;
        const artifact = learnt();
        expect(JSON.stringify(learnt())).toBe(JSON.stringify(artifact));
        const model = openWeightedModel(artifact);
        for (const [low, high] of pairs) {
          const [less, more] = [model.score(low), model.score(high)];
          expect(more.alarm).toBeGreaterThanOrEqual(less.alarm - 1e-12);
          expect(more.anomaly).toBeGreaterThanOrEqual(less.anomaly - 1e-12);
        }
      }),
    );
  });
});
