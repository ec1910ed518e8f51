// The first thousand rows of a series: what is found of faults, and how many false alarms there are, by what it begins with.
// npm run bench:coldstart -- DIR [--only made-up|demo|nab]; DIR holds data/ and labels/ of the Numenta Anomaly Benchmark
import { makeFleet } from '../apps/local/demo/fleet';
import { historyPoints } from '../apps/local/demo/world';
import { commonBeginning, lendTails } from '../shared/detection/beginning';
import { type Beginning, emptyMetric } from '../shared/detection/metric-codec';
import { saveMetricState } from '../shared/detection/metric-state';
import { openerWithPrior } from '../shared/detection/open-source-detector';
import { openPrior } from '../shared/detection/population-prior';
import { openPriorLearner } from '../shared/detection/prior-learner';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { benchArguments } from './arguments';
import { loadNab, nabTime } from './nab-corpus';
import { printTable } from './print-table';
import { FAULT_NAMES, type FaultName, withFault } from './synthetic/faults';
import { FAMILY_NAMES, syntheticSeries } from './synthetic/series';
import { learnYoungTails } from './synthetic/young-tails';
import { alarmsOf } from './young-alarms';

/** First and last row, from 1. */
const SPANS = [
  [1, 40],
  [41, 100],
  [101, 300],
  [301, 1000],
] as const;
const ROWS = 1000;
/** Sizes of faults: plain, and half of that. */
const SIZES = [1, 0.5];
/** A fault is found until so many rows after its end. */
const GRACE_ROWS = 10;
const DEMO_STEP_MS = 900_000;
const DEMO_FROM = Date.parse('2026-11-11T12:00:00Z');

interface Young {
  readonly metric: string;
  readonly timestamps: ArrayLike<number>;
  readonly values: Float64Array;
  /** Is an alarm in this row false? */
  readonly isSound: (row: number) => boolean;
}

const { folder, option } = benchArguments('coldstart', 'data/ and labels/ of the Numenta Anomaly Benchmark');
const only = option('only');
const empty = saveMetricState(emptyMetric());
const titles = ['false alarms a series, found', ...SPANS.map(([from, to]) => `rows ${from}–${to}`)];

if (only === undefined || only === 'made-up') madeUp();
if (only === undefined || only === 'demo') demo();
if (only === undefined || only === 'nab') nab();

/** What a family begins with was learnt without it. */
function madeUp(): void {
  const series = FAMILY_NAMES.flatMap((family) =>
    Array.from({ length: 10 }, (_, k): Young => {
      const { timestamps, values } = syntheticSeries(family, 100 + k, ROWS);
      return { metric: family, timestamps, values, isSound: () => true };
    }),
  );
  const learnt = new Map(
    FAMILY_NAMES.map((family) => {
      const state = emptyMetric();
      lendTails(state, learnYoungTails(family));
      return [family as string, saveMetricState(state)] as const;
    }),
  );
  report('made-up series, nothing borrowed', series, () => empty);
  report('made-up series, statistics of other families', series, ({ metric }) => learnt.get(metric)!);
}

/** Another fleet's two weeks are the past of like series. */
function demo(): void {
  const young = new Map<string, { metric: string; timestamps: number[]; values: number[] }>();
  const to = DEMO_FROM + ROWS * DEMO_STEP_MS;
  for (const { source, timestamp, metrics } of historyPoints(makeFleet(1), DEMO_FROM, to, DEMO_STEP_MS)) {
    for (const [metric, value] of Object.entries(metrics)) {
      const one = young.get(source + metric) ?? { metric, timestamps: [], values: [] };
      young.set(source + metric, one);
      one.timestamps.push(timestamp);
      one.values.push(value);
    }
  }
  const series = [...young.values()].map((one) => ({
    ...one,
    values: Float64Array.from(one.values),
    isSound: () => true,
  }));
  const learner = openPriorLearner(DEFAULT_SETTINGS);
  const past = historyPoints(makeFleet(11), DEMO_FROM - 1344 * DEMO_STEP_MS, DEMO_FROM, DEMO_STEP_MS);
  for (const point of past) learner.take(point);
  const prior = openPrior(learner.document('another fleet'));
  report('demo, nothing borrowed', series, () => empty);
  report('demo, statistics of made-up series', series, commonBeginning);
  report('demo, prior of another fleet by metric', series, ({ metric }) => prior.beginnings.get(metric)!);
}

function nab(): void {
  const series = loadNab(folder).map(
    ({ timestamps, values, window }): Young => ({
      metric: 'value',
      timestamps: timestamps.slice(0, ROWS).map(nabTime),
      values: values.subarray(0, ROWS),
      isSound: (row) => window[row]! < 0,
    }),
  );
  report('NAB, nothing borrowed', series, () => empty, false);
  report('NAB, statistics of made-up series', series, commonBeginning, false);
}

function report(name: string, series: readonly Young[], beginning: (one: Young) => Beginning, withFaults = true): void {
  const alarms = series.map((one) => alarmsOf(openerOf(one, beginning(one)), one.metric, one.timestamps, one.values));
  const falsely = SPANS.map(
    ([from, to]) =>
      alarms.flatMap((rows, k) => rows.filter((row) => row + 1 >= from && row < to && series[k]!.isSound(row))).length,
  );
  const rows = [[name, ...falsely.map((count) => (count / series.length).toFixed(2))]];
  if (withFaults) {
    for (const size of SIZES)
      for (const fault of FAULT_NAMES)
        rows.push([`  ${fault}, ${size === 1 ? 'plain' : 'half as large'}`, ...found(series, beginning, fault, size)]);
  }
  printTable(titles, rows);
  console.log('');
}

function found(
  series: readonly Young[],
  beginning: (one: Young) => Beginning,
  fault: FaultName,
  size: number,
): string[] {
  return SPANS.map(([first, last]) => {
    let hits = 0;
    series.forEach((one, k) => {
      const from = Math.max(first, 22);
      const at = from + Math.floor((((k * 37 + fault.length * 11) % 100) / 100) * (last - 2 - from));
      const faulty = withFault(one.values, fault, at, k, size);
      const to = Math.min(faulty.to + GRACE_ROWS, ROWS);
      const opener = openerOf(one, beginning(one));
      const alarms = alarmsOf(opener, one.metric, one.timestamps, faulty.values.subarray(0, to));
      if (alarms.some((row) => row >= at)) hits++;
    });
    return `${Math.round((100 * hits) / series.length)} %`;
  });
}

function openerOf({ metric }: Young, beginning: Beginning) {
  return openerWithPrior({ name: 'bench', beginnings: new Map([[metric, beginning]]) });
}
