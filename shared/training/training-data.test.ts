import { builtInModel } from '../detection/built-in-model';
import { openSourceDetector } from '../detection/open-source-detector';
import { openWeightedModel } from '../detection/weighted-model';
import { DEFAULT_SETTINGS } from '../domain/settings';
import { Distributions, drift } from './distributions';
import { aLabel } from './label.factory';
import type { Label } from './labels';
import type { PastPoint, PointHistory } from './ports';
import { type ReplayCheckpoints, type ReplayState, ReplayStateSchema } from './replay-checkpoints';
import { sampleHash } from './sample-hash';
import { modelsOf, scoredBy, scoredDistributions } from './scored-distributions';
import { trainModel } from './train-model';
import { getTrainingData, type TrainingDataConfig } from './training-data';

const START = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const POINTS = 600;
const SOURCES = ['a', 'b', 'c'];

const point = (source: string, i: number): PastPoint => {
  const noise = sampleHash(source, i) / 2 ** 32 + (i % 97 === 96 ? 3 : 0);
  return { source, timestamp: START + i * MINUTE_MS, metrics: { x: noise, y: noise * noise }, tags: {} };
};
const times = Array.from({ length: POINTS }, (_, i) => i);
const interleaved = times.flatMap((i) => SOURCES.map((source) => point(source, i)));
const bySource = SOURCES.toReversed().flatMap((source) => times.map((i) => point(source, i)));

const historyOf = (points: readonly PastPoint[], together: boolean): PointHistory => ({
  bySource: together,
  async *read() {
    yield* points;
  },
});
const labels: readonly Label[] = SOURCES.map((source) => ({
  ...aLabel(START + 190 * MINUTE_MS, START + 200 * MINUTE_MS, { source }),
}));
const data = (history: PointHistory, more: Partial<TrainingDataConfig> = {}) =>
  getTrainingData({ history, openDetector: openSourceDetector, settings: DEFAULT_SETTINGS, labels, seed: 1, ...more });

const SPLIT = { trainTo: START + 500 * MINUTE_MS, testFrom: START + 500 * MINUTE_MS };

describe('training data', () => {
  it('are the same, and make the same model to the byte, whether the history is by source or by time', async () => {
    const split = { trainTo: START + 500 * MINUTE_MS, testFrom: START + 500 * MINUTE_MS };
    const [one, other] = await Promise.all([
      data(historyOf(interleaved, false), { rowsMax: 500 }),
      data(historyOf(bySource, true), { rowsMax: 500 }),
    ]);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(one.sources).toBe(SOURCES.length);
    expect(one.leftOut.sampled).toBeGreaterThan(500);
    const made = [one, other].map((from) => JSON.stringify(trainModel(from, split, { pull: 0.1, steps: 30 })));
    expect(made[1]).toBe(made[0]);
  });

  it('that are interrupted after any source and go on from there are the same, to the byte', async () => {
    const whole = await data(historyOf(bySource, true), { rowsMax: 300 });
    let kept: ReplayState | undefined;
    let interruptions = 0;
    const once = (): ReplayCheckpoints => ({
      load: async () => kept,
      async offer(state) {
        // As it comes back from a file.
        kept = ReplayStateSchema.parse(JSON.parse(JSON.stringify(state())));
        interruptions += 1;
        throw new Error('interrupted');
      },
    });
    for (;;) {
      const opened: string[] = [];
      const openDetector: typeof openSourceDetector = (source, ...given) => {
        opened.push(source);
        return openSourceDetector(source, ...given);
      };
      const more = { rowsMax: 300, checkpoints: once(), openDetector };
      const done = await data(historyOf(bySource, true), more).catch(() => undefined);
      expect(opened).toHaveLength(1);
      if (done === undefined) continue;
      expect(JSON.stringify(done)).toBe(JSON.stringify(whole));
      expect(JSON.stringify(trainModel(done, SPLIT))).toBe(JSON.stringify(trainModel(whole, SPLIT)));
      break;
    }
    expect(interruptions).toBe(SOURCES.length - 1);
  });

  it.each([
    ['is let go of after the last point of its source, where the history is by source', true, ['a', 'b', 'a']],
    ['is kept, where it is not', false, ['a', 'b']],
  ])('are made by a detector that %s', async (_, together, expected) => {
    const opened: string[] = [];
    const openDetector: typeof openSourceDetector = (source, ...given) => {
      opened.push(source);
      return openSourceDetector(source, ...given);
    };
    await data(historyOf([point('a', 1), point('b', 1), point('a', 2)], together), { openDetector });
    expect(opened).toEqual(expected);
  });

  it('come with distributions of all vectors of the newest part, not of a sample of them, nor of the part that trains', async () => {
    const [countedFrom, trainTo] = [START + 400 * MINUTE_MS, START + 300 * MINUTE_MS];
    const { distributions, rows, leftOut } = await data(historyOf(bySource, true), {
      rowsMax: 100,
      trainTo,
      countedFrom,
    });
    const all = await data(historyOf(bySource, true), { labels: [], rowsMax: 1e6, from: countedFrom });
    const counted = new Distributions(builtInModel.version);
    for (const { metric, features } of all.rows)
      counted.add(
        { metric, features, standing: 'current', learnt: 1, learningNeeds: 1 },
        builtInModel.score(features).anomaly,
      );
    expect(distributions.toJSON()).toEqual(counted.toJSON());
    expect(distributions.vectors).toBeGreaterThan(rows.length);
    expect(leftOut.young).toBeGreaterThan(0);
  });

  it('do not count what was put into them', async () => {
    const faults = SOURCES.map((source) =>
      aLabel(START + 250 * MINUTE_MS, START + 400 * MINUTE_MS, { source, origin: 'injected', fault: 'spike' }),
    );
    const history = historyOf(bySource, true);
    const [all, less] = await Promise.all([data(history), data(history, { labels: faults })]);
    // Two metrics and their relations.
    expect(all.distributions.vectors - less.distributions.vectors).toBe(3 * 151 * SOURCES.length);
  });

  it('give the scores of any model of the same vectors, about those of all of them', async () => {
    const whole = await data(historyOf(bySource, true));
    const model = openWeightedModel(trainModel(whole, SPLIT, { steps: 30 }).artifact);
    const document = scoredDistributions(whole, [model, builtInModel]);
    expect(modelsOf(document)).toEqual([builtInModel.version, model.version]);
    expect(scoredBy(builtInModel.version, document).toJSON()).toEqual(whole.distributions.toJSON());
    const scored = scoredBy(model.version, document);
    expect([scored.model, sum(scored.scoreCounts())]).toEqual([model.version, whole.distributions.vectors]);
    expect(scored.toJSON().features).toEqual(whole.distributions.toJSON().features);
    // The same vectors, of which fewer are known.
    const counted = { vectors: whole.counted.vectors.filter((_, i) => i % 4 === 0), weight: 4 };
    const fewer = scoredBy(model.version, scoredDistributions({ ...whole, counted }, [model]));
    expect(drift(scored, fewer).score).toBeLessThan(0.02);
  });

  it('leave out what is marked if that is asked for, of the metric and of the relations alone', async () => {
    const marking = bySource.map((one, i) => (i % 3 === 0 ? { ...one, marked: ['x'] } : one));
    const [all, some] = await Promise.all([
      data(historyOf(marking, true)),
      data(historyOf(marking, true), { leaveOutMarked: true }),
    ]);
    expect(all.leftOut.marked).toBe(0);
    expect(some.leftOut.marked).toBeGreaterThan(300);
    const of = ({ rows }: typeof all, metric: string | undefined) => rows.filter((row) => row.metric === metric).length;
    expect(of(some, 'y')).toBe(of(all, 'y'));
    expect(of(some, 'x')).toBeLessThan(of(all, 'x'));
    expect(of(some, undefined)).toBeLessThan(of(all, undefined));
  });

  it.each<[string, Partial<TrainingDataConfig>]>([
    ['a history without points', { history: historyOf([], true) }],
    ['no source of that name', { sources: 'pump-*' }],
    ['no point of that time', { to: START }],
  ])('are refused of %s', async (_, more) => {
    await expect(data(historyOf(bySource, true), more)).rejects.toThrow(
      'there are no points of this time and these sources to train on: do the names fit the data?',
    );
  });
});

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
