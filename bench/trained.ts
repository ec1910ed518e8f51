// What training is worth: the built-in model against trained ones on newer data, by the gate's own measures.
// npm run bench:trained -- [NAB DIR] [--seeds N: fleets of the demo] [--weeks N: of faults] [--share S: of weeks held back for injected faults]
//   [--pull P] [--reports DIR: an HTML report on each run]
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isWatched } from '../apps/local/demo/fault';
import { makeFleet } from '../apps/local/demo/fleet';
import { scheduleFaults } from '../apps/local/demo/schedule';
import { deliveriesBetween, historyPoints } from '../apps/local/demo/world';
import { trainingReportHtml } from '../shared/adapters/report/training-report';
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { openWeightedModel } from '../shared/detection/weighted-model';
import type { DataPoint } from '../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { evaluateModels } from '../shared/training/evaluate';
import type { EvaluationReport, SliceEvaluation } from '../shared/training/evaluation-report';
import { type GateDecision, gate } from '../shared/training/gate';
import { withFaults } from '../shared/training/inject-faults';
import type { Label } from '../shared/training/labels';
import { InjectionSettingsSchema, planInjection } from '../shared/training/plan-injection';
import type { PointHistory } from '../shared/training/ports';
import { sampleHash } from '../shared/training/sample-hash';
import { type Split, splitByTime } from '../shared/training/split';
import { DEFAULT_HYPERPARAMETERS, type TrainedModel, trainModel } from '../shared/training/train-model';
import { getTrainingData } from '../shared/training/training-data';
import { loadNab, nabTime } from './nab-corpus';
import { printTable } from './print-table';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const STEP_MS = 15 * MINUTE_MS;
/** Of sound history, before faults begin. */
const SOUND_DAYS = 14;
/** So many steps after a fault its consequences may still be told. */
const GRACE_STEPS = 30;
const TEST_SHARE = 0.4;
const SEED = 1;

const given = process.argv.slice(2);
const option = (name: string, otherwise: number) => {
  const at = given.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(given[at + 1]);
};
const folder = given[0]?.startsWith('--') ? undefined : given[0];
const reports = given.includes('--reports') ? given[given.indexOf('--reports') + 1] : undefined;
const injectionSettings = InjectionSettingsSchema.parse({ share: option('share', 0.1), seed: SEED });
const hyperparameters = { pull: option('pull', DEFAULT_HYPERPARAMETERS.pull) };

interface DataSet {
  readonly name: string;
  readonly points: readonly DataPoint[];
  readonly labels: readonly Label[];
}

interface Outcome {
  readonly trainedOn: string;
  readonly trained: TrainedModel;
  readonly report: EvaluationReport;
  readonly decision: GateDecision;
}

const dataSets = [demoFleets(option('seeds', 2), option('weeks', 6)), ...(folder === undefined ? [] : [nab(folder)])];
for (const dataSet of dataSets) {
  const begun = performance.now();
  const outcomes = await outcomesOf(dataSet);
  print(dataSet, outcomes);
  if (reports !== undefined) for (const outcome of outcomes) save(reports, dataSet, outcome);
  console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
}

/** Points every quarter of an hour; the demo's own faults are what people labelled, found or not. */
function demoFleets(seeds: number, weeks: number): DataSet {
  const from = Date.UTC(2026, 0, 5);
  const faultsFrom = from + SOUND_DAYS * DAY_MS;
  const to = faultsFrom + weeks * 7 * DAY_MS;
  const fleets = Array.from({ length: seeds }, (_, k) => {
    const fleet = makeFleet(k + 1);
    const schedule = scheduleFaults(fleet, { liveFrom: faultsFrom, intervalMs: STEP_MS });
    const nameOf = (source: string) => `${k + 1}/${source}`;
    const history = [...historyPoints(fleet, from, faultsFrom, STEP_MS)];
    const live = deliveriesBetween(fleet, schedule, faultsFrom, to).map(({ point }) => point);
    const labels = schedule.faultsBetween(faultsFrom, to).map((fault): Label => {
      const isLearnt = isWatched(fault.kind) && fault.kind !== 'silence';
      const ends = fault.to + GRACE_STEPS * STEP_MS;
      return {
        source: nameOf(fault.source),
        from: fault.from,
        to: ends,
        verdict: isLearnt ? 'real' : 'exclude',
        origin: 'people',
      };
    });
    return { points: [...history, ...live].map((point) => ({ ...point, source: nameOf(point.source) })), labels };
  });
  return {
    name: `demo: ${seeds} fleets of 40 sources, ${SOUND_DAYS / 7} sound weeks and ${weeks} with its own faults`,
    points: fleets.flatMap(({ points }) => points),
    labels: fleets.flatMap(({ labels }) => labels),
  };
}

function nab(from: string): DataSet {
  const corpus = loadNab(from);
  const points: DataPoint[] = [];
  const labels: Label[] = [];
  for (const { name: source, timestamps, values, window } of corpus) {
    const times = timestamps.map(nabTime);
    times.forEach(
      (timestamp, row) => void points.push({ source, timestamp, metrics: { value: values[row]! }, tags: {} }),
    );
    for (const number of new Set([...window].filter((one) => one >= 0))) {
      const rows = [window.indexOf(number), window.lastIndexOf(number)] as const;
      labels.push({ source, from: times[rows[0]]!, to: times[rows[1]]!, verdict: 'real', origin: 'people' });
    }
  }
  return { name: `Numenta Anomaly Benchmark: ${corpus.length} series`, points, labels };
}

async function outcomesOf({ points, labels }: DataSet): Promise<readonly Outcome[]> {
  const plain = historyOf(points);
  const split = splitByTime(labels, TEST_SHARE, DAY_MS);
  const injection = await planInjection({ history: plain, labels, settings: injectionSettings });
  const history = withFaults(plain, injection.faults);
  const both = [...labels, ...injection.labels];
  const excluded = labels.map((label): Label => ({ ...label, verdict: 'exclude' }));
  return [
    await outcomeOf('labels', { history: plain, labels }, labels, split),
    await outcomeOf('labels and injected faults', { history, labels: both }, both, split),
    await outcomeOf('injected faults alone', { history, labels: [...excluded, ...injection.labels] }, both, split),
    await outcomeOf('shuffled labels', { history: plain, labels: shuffled(labels, points, split) }, labels, split),
  ];
}

async function outcomeOf(
  trainedOn: string,
  from: { readonly history: PointHistory; readonly labels: readonly Label[] },
  truth: readonly Label[],
  split: Split,
): Promise<Outcome> {
  const common = { openDetector: openSourceDetector, settings: DEFAULT_SETTINGS };
  const data = await getTrainingData({ ...common, ...from, to: split.trainTo, seed: SEED });
  const trained = trainModel(data, split, hyperparameters);
  const models = [builtInModel, openWeightedModel(trained.artifact)] as const;
  const config = { ...common, history: from.history, labels: truth, split, seed: SEED };
  const report = await evaluateModels(config, models);
  return { trainedOn, trained, report, decision: gate(report) };
}

/** As many windows as there were, of the same lengths, in the part that trains and at times that have nothing to do with faults. */
function shuffled(labels: readonly Label[], points: readonly DataPoint[], { trainTo }: Split): readonly Label[] {
  const older = points.filter(({ timestamp }) => timestamp < trainTo);
  return labels.map((label, i) => {
    const { source, timestamp: from } = older[sampleHash('elsewhere', i) % older.length]!;
    return { ...label, source, from, to: from + (label.to - label.from) };
  });
}

function historyOf(points: readonly DataPoint[]): PointHistory {
  return {
    bySource: false,
    read: async function* () {
      yield* points;
    },
  };
}

function print({ name, points, labels }: DataSet, outcomes: readonly Outcome[]): void {
  const real = labels.filter(({ verdict }) => verdict === 'real').length;
  console.log(
    `${name}; ${points.length} points, ${real} labelled windows, the newest ${TEST_SHARE * 100} % of them test\n`,
  );
  printTable(
    [
      'trained on',
      'model',
      'windows',
      'found',
      'false alarms',
      'F1',
      '90 % of resamples',
      'ROC area',
      'average precision',
    ],
    outcomes.flatMap(({ trainedOn, report: { champion, challenger } }) =>
      [champion, challenger].map(({ model, people }, k) => [
        k === 0 ? trainedOn : '',
        shortName(model),
        ...cells(people),
      ]),
    ),
  );
  for (const { trainedOn, trained, report, decision } of outcomes) {
    const weights = Object.entries(trained.artifact.weights).map(([family, weight]) => `${family} ${weight}`);
    console.log(
      `\n${trainedOn}: ${trained.windows} windows trained (${trained.injected} injected); ${weights.join(', ')}`,
    );
    for (const { name: kind, windows, found } of report.champion.faults) {
      const after = report.challenger.faults.find((slice) => slice.name === kind)!;
      console.log(`  ${kind}: found ${found} → ${after.found} of ${windows}`);
    }
    console.log(`  ${decision.promote ? 'let through' : 'refused'}: ${decision.reasons.join('; ')}`);
  }
}

function save(folder: string, { name }: DataSet, { trainedOn, trained, report, decision }: Outcome): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name.slice(0, 4)} ${trainedOn}.html`.toLowerCase().replaceAll(/[^\w.]+/g, '-'));
  const { artifact, windows, injected, falseAlarms, rows } = trained;
  const lists = [
    {
      title: 'What was trained on',
      facts: [
        ['data', name],
        ['windows', windows],
        ['of which injected', injected],
        ['false alarms that people named', falseAlarms],
        ['usual vectors', rows],
      ] as const,
    },
  ];
  writeFileSync(file, trainingReportHtml({ evaluation: report, decision, challenger: artifact, lists }));
}

function shortName(model: string): string {
  return model.startsWith('weighted') ? 'trained' : 'built-in';
}

function cells({ windows, found, falseAlarms, f1, intervals, rocAuc, prAuc }: SliceEvaluation): string[] {
  const interval = intervals.f1?.map((value) => value.toFixed(3)).join(' to ') ?? '–';
  const figures = [rocAuc, prAuc].map((value) => value?.toFixed(3) ?? '–');
  return [String(windows), String(found), String(falseAlarms), f1?.toFixed(3) ?? '–', interval, ...figures];
}
