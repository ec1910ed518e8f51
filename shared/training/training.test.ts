import fc from 'fast-check';
import { AT } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION, FEATURES, roundFeature } from '../detection/model';
import { openWeightedModel } from '../detection/weighted-model';
import { Distributions } from './distributions';
import type { Evaluation } from './evaluate';
import { gate } from './gate';
import { indexLabels, type Label, LabelsSchema } from './labels';
import { alarmMeasures, rankingMeasures } from './measures';
import { splitByTime } from './split';
import { trainModel } from './train-model';
import type { TrainingData } from './training-data';
import { TrainingError } from './training-error';

const DAY_MS = 86_400_000;
const label = (from: number, to: number, changes: Partial<Label> = {}): Label => ({
  source: 's',
  from,
  to,
  verdict: 'real',
  ...changes,
});

describe('labels', () => {
  const exclude = label(50, 60, { verdict: 'exclude' });
  const long = label(0, 100, { metric: 'a' });
  const index = indexLabels([label(10, 20), exclude, long]);
  it.each<[string, string, string | undefined, number, Label | undefined]>([
    ['another source', 't', 'a', 15, undefined],
    ['a metric that is not meant', 's', 'b', 30, undefined],
    ['a metric that is meant', 's', 'a', 100, long],
    ['relations, which may be about any metric', 's', undefined, 30, long],
    ['an exclusion within a real one', 's', 'a', 55, exclude],
    ['after the end', 's', 'a', 101, undefined],
  ])('%s', (_, source, metric, at, expected) => {
    expect(index.at(source, metric, at)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['to before from', [{ source: 's', from: 2e11, to: 1e11 }]],
    ['a verdict of another kind', [{ source: 's', from: 1e11, to: 2e11, verdict: 'maybe' }]],
    ['no list', { source: 's' }],
  ])('are refused: %s', (_, wire) => {
    expect(LabelsSchema.safeParse(wire).success).toBe(false);
  });
});

describe('the split', () => {
  const labels = Array.from({ length: 10 }, (_, i) => label(i * 10 * DAY_MS, i * 10 * DAY_MS + DAY_MS));
  it('leaves the newest share to test, with a gap before it', () => {
    expect(splitByTime(labels, 0.4, DAY_MS)).toEqual({ trainTo: 59 * DAY_MS, testFrom: 60 * DAY_MS });
  });
  it.each<[string, readonly Label[], RegExp]>([
    ['no label', [], /there are 0/],
    ['exclusions alone', labels.map((one) => ({ ...one, verdict: 'exclude' as const })), /there are 0/],
    ['all labels at one time', labels.map(() => label(0, DAY_MS)), /no labelled window ends before/],
  ])('asks for more: %s', (_, given, words) => {
    expect(() => splitByTime(given, 0.4, DAY_MS)).toThrow(words);
  });
});

describe('measures', () => {
  it.each<[string, number[], number[], number, number]>([
    ['told apart', [0.9, 0.8], [0.1, 0.2], 1, 1],
    ['all the same', [0.5, 0.5], [0.5, 0.5], 0.5, 0.5],
    ['one negative above one positive', [0.9, 0.3], [0.5, 0.1], 0.75, (1 + 2 / 3) / 2],
  ])('ranking: %s', (_, positives, negatives, rocAuc, prAuc) => {
    const measured = rankingMeasures(positives, negatives);
    expect(measured.rocAuc).toBeCloseTo(rocAuc, 12);
    expect(measured.prAuc).toBeCloseTo(prAuc, 12);
  });
  it('are 0 where nothing was found, and no NaN', () => {
    expect(alarmMeasures(0, 0, 0)).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});

describe('the gate', () => {
  const evaluation = (
    blocks: readonly (readonly [source: string, windows: number, found: number, falseAlarms: number])[],
  ) => {
    const sum = (column: 1 | 2 | 3) => blocks.reduce((total, block) => total + block[column], 0);
    const [windows, found, falseAlarms] = [sum(1), sum(2), sum(3)];
    return {
      model: 'm',
      windows,
      found,
      falseAlarms,
      ...alarmMeasures(found, windows, falseAlarms),
      blocks: blocks.map(([source, ...counts]) => ({
        source,
        windows: counts[0],
        found: counts[1],
        falseAlarms: counts[2],
      })),
    } as unknown as Evaluation;
  };
  const weeks = (found: number, falseAlarms: number, source = 's') =>
    Array.from({ length: 10 }, () => [source, 2, found, falseAlarms] as const);
  it.each<[string, Evaluation, Evaluation, boolean, RegExp]>([
    ['a sure gain', evaluation(weeks(1, 1)), evaluation(weeks(2, 1)), true, /F1 0.800 against 0.500/],
    ['the same', evaluation(weeks(1, 1)), evaluation(weeks(1, 1)), false, /no improvement/],
    [
      'more found, many more false alarms',
      evaluation(weeks(1, 1)),
      evaluation(weeks(2, 2)),
      false,
      /more false alarms: 20 against 10/,
    ],
    [
      'few windows',
      evaluation([['s', 3, 0, 0]]),
      evaluation([['s', 3, 3, 0]]),
      false,
      /3 labelled windows .* cannot tell/,
    ],
    [
      'a gain by one week alone',
      evaluation([...weeks(1, 1), ['s', 2, 0, 0]]),
      evaluation([...weeks(1, 1), ['s', 2, 2, 0]]),
      false,
      /the gain is not sure/,
    ],
    [
      'a source that is lost for the sake of others',
      evaluation([...weeks(0, 0), ...weeks(1, 0, 'lost')]),
      evaluation([...weeks(2, 0), ...weeks(0, 0, 'lost')]),
      false,
      /source lost: 10 of 10 windows are no longer found/,
    ],
  ])('%s', (_, champion, challenger, promote, words) => {
    const decision = gate(champion, challenger, 1);
    expect([decision.promote, decision.reasons.join('; ')]).toEqual([promote, expect.stringMatching(words)]);
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
    ...changes,
  });
  const split = { trainTo: 100, testFrom: 100 };
  const flat = FEATURES.map(() => 0);
  const young = { young: 77, late: 0, excluded: 0, marked: 0, sampled: 0 };
  it.each<[string, TrainingData, RegExp]>([
    ['nothing', data([]), /no vector lies in a labelled window/],
    ['usual rows alone', data([row(1)]), /no vector lies in a labelled window/],
    ['labels after the split alone', data([row(1), row(150, label(140, 160))]), /no vector lies in a labelled window/],
    ['labelled rows alone', data([row(1, label(0, 2))]), /nothing usual to learn/],
    ['young series alone', data([], { leftOut: young }), /all 77 vectors are of series too young .* more points/],
    [
      'constant series',
      data([row(1, label(0, 2), flat), row(50, undefined, flat), row(150)]),
      /nothing in the part that trains stands out .* constant series/,
    ],
    ['vectors of another schema', data([row(1)], { schema: 7 }), /feature schema 7, this program trains on 1: replay/],
    [
      'vectors of two schemas',
      data([row(1, label(0, 2)), row(50, undefined, features.slice(1))]),
      new RegExp(`several feature schemas: one of source s has ${FEATURES.length - 1} features`),
    ],
  ])('says what it lacks: %s', (_, given, words) => {
    expect(() => trainModel(given, split)).toThrow(words);
    expect(() => trainModel(given, split)).toThrow(TrainingError);
  });
  it('stays the built-in model where windows and all else look the same', () => {
    const { artifact } = trainModel(data([row(1, label(0, 2)), row(50)]), split, { pull: 1e6 });
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
          row(40, label(40, 40)),
          ...strange.map((one, i) => row(i, label(i, i), one)),
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
