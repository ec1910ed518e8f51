import { builtInModel, FAMILIES } from '../detection/built-in-model';
import { openSourceDetector } from '../detection/open-source-detector';
import { type ModelArtifact, openWeightedModel } from '../detection/weighted-model';
import type { DataPoint } from '../domain/data-point';
import { DEFAULT_SETTINGS } from '../domain/settings';
import { evaluateModels } from './evaluate';
import type { EvaluationReport } from './evaluation-report';
import { gate } from './gate';
import type { Label } from './labels';
import { sampleHash } from './sample-hash';
import { splitByTime } from './split';
import { trainModel } from './train-model';
import { getTrainingData } from './training-data';

const START = Date.UTC(2026, 0, 5);
const STEP_MS = 30 * 60_000;
const DAY_STEPS = 48;
const DAYS = 42;
const DAY_MS = 86_400_000;

/**
 * Sensors that hiccup: a single wild value now and then, which nobody cares for. What people call a fault is a drift:
 * a level that leaves over hours.
 */
function hiccupingFleet(): { points: DataPoint[]; labels: Label[] } {
  const points: DataPoint[] = [];
  const labels: Label[] = [];
  const sources = Array.from({ length: 6 }, (_, s) => `sensor-${s}`);
  const faults = sources.flatMap((source, s) =>
    [10, 14, 18, 22, 26, 30, 34, 38].map((day) => ({ source, at: (day + (s % 3)) * DAY_STEPS + 15 })),
  );
  for (const { source, at } of faults)
    labels.push({
      source,
      from: START + at * STEP_MS,
      to: START + (at + 24) * STEP_MS,
      verdict: 'real',
      origin: 'people',
    });
  for (let i = 0; i < DAYS * DAY_STEPS; i++)
    for (const source of sources) {
      const fault = faults.find((one) => one.source === source && i >= one.at && i < one.at + 20);
      const hiccup = sampleHash('hiccup', source, i) % 150 === 0;
      const drift = fault ? Math.min(1, (i - fault.at) / 8) * 1.2 : 0;
      const x = Math.sin((i / DAY_STEPS) * 2 * Math.PI) + noise(source, i) * 0.4 + drift;
      const value = hiccup ? x + 4 + (sampleHash(source, i, 'size') % 2000) / 100 : x;
      points.push({ source, timestamp: START + i * STEP_MS, metrics: { value }, tags: {} });
    }
  return { points, labels };
}

/** About normal, from three hashes. */
function noise(source: string, i: number): number {
  return [1, 2, 3].reduce((sum, k) => sum + sampleHash(source, i, k) / 2 ** 32 - 0.5, 0) * 2;
}

const { points, labels } = hiccupingFleet();
const split = splitByTime(labels, 0.4, DAY_MS);
const common = { openDetector: openSourceDetector, settings: DEFAULT_SETTINGS };

async function trained(from: readonly DataPoint[], by: readonly Label[]): Promise<ModelArtifact> {
  const data = await getTrainingData({ ...common, labels: by, history: historyOf(from), seed: 1 });
  return trainModel(data, split, { pull: 0.05, rounds: 2, steps: 60 }).artifact;
}

function historyOf(from: readonly DataPoint[]) {
  return { bySource: false, read: () => stream(from) };
}

async function* stream(from: readonly DataPoint[]) {
  yield* from;
}

/** The built-in model against one that was trained on these labels, judged by the true ones. */
async function judged(challenger: ModelArtifact): Promise<EvaluationReport> {
  const config = { ...common, labels, history: historyOf(points), split, seed: 1 };
  return evaluateModels(config, [builtInModel, openWeightedModel(challenger)]);
}

/** As many windows of the same sources and lengths, at hours that have nothing to do with what was wrong. */
function shuffledLabels(): Label[] {
  return labels.map((label, i) => {
    const from = START + (8 * DAY_STEPS + (sampleHash('elsewhere', i) % ((DAYS - 9) * DAY_STEPS))) * STEP_MS;
    return { ...label, from, to: from + (label.to - label.from) };
  });
}

let artifact: ModelArtifact;
let report: EvaluationReport;
beforeAll(async () => {
  artifact = await trained(points, labels);
  report = await judged(artifact);
});

describe('a model trained on drifts, in a fleet that hiccups', () => {
  test('is let through: it finds faults that the built-in model passes over, at no more false alarms', () => {
    const { champion, challenger } = report;
    expect(gate(report)).toMatchObject({ promote: true, confidence: 1 });
    expect(challenger.overall.found).toBeGreaterThan(champion.overall.found + 5);
    expect(challenger.overall.falseAlarms).toBeLessThanOrEqual(champion.overall.falseAlarms);
    expect(challenger.overall.rocAuc).toBeGreaterThan(champion.overall.rocAuc!);
    expect(challenger.overall.intervals.recall![0]).toBeGreaterThan(champion.overall.intervals.recall![1]);
  });

  test('is refused when its labels were shuffled', async () => {
    const misled = await trained(points, shuffledLabels());
    const decision = gate(await judged(misled));
    expect(decision.promote).toBe(false);
    expect(decision.reasons[0]).toMatch(/no improvement|not sure/);
  });

  test('is refused when it is the champion under another name', async () => {
    const same = { ...artifact, version: 'same', weights: { ...artifact.weights } };
    for (const family of FAMILIES) same.weights[family] = 1;
    const decision = gate(await judged(same));
    expect(decision).toMatchObject({ promote: false, reasons: [expect.stringMatching(/^no improvement: /)] });
  });

  test('gives hiccups less weight than season, and no weight below 0', () => {
    const { weights } = artifact;
    expect(weights.season).toBeGreaterThan(2 * weights.value);
    expect(Math.min(...Object.values(weights))).toBeGreaterThanOrEqual(0);
  });

  test('is the same, byte by byte, whatever comes after the split', async () => {
    const others = points.map((point) =>
      point.timestamp < split.testFrom ? point : { ...point, metrics: { value: point.metrics['value']! * -9 } },
    );
    expect(JSON.stringify(await trained(others, labels))).toBe(JSON.stringify(artifact));
  });

  test('is the same also where usual vectors are sampled, however many come after the split', async () => {
    const sampled = async (from: readonly DataPoint[]) => {
      const { trainTo } = split;
      const data = await getTrainingData({
        ...common,
        labels,
        history: historyOf(from),
        seed: 1,
        trainTo,
        rowsMax: 900,
      });
      return JSON.stringify([data.leftOut, trainModel(data, split, { pull: 0.05, rounds: 2, steps: 60 })]);
    };
    const before = points.filter(({ timestamp }) => timestamp < split.testFrom);
    const [all, few] = [await sampled(points), await sampled(before)];
    expect(JSON.parse(all)[0].sampled).toBeGreaterThan(900);
    expect(few).toBe(all);
  });
});
