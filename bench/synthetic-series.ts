// The product's engine on made-up metrics of many kinds with one fault each; nothing in the engine was chosen on these faults.
// npm run bench:synthetic [-- SEEDS FIRST_SEED]
import { areas } from './area-score';
import { mean, median } from './averages';
import { heldBack } from './peers/held-back';
import { windowedGaussian } from './peers/windowed-gaussian';
import { printTable } from './print-table';
import { scoreSeries } from './score-series';
import { FAULT_NAMES, type FaultySeries, withFault } from './synthetic/faults';
import { FAMILY_NAMES, type FamilyName, syntheticSeries } from './synthetic/series';

const DEFAULT_THRESHOLD = 0.5;
const ROWS = 4000;
/** Rows before are not judged. */
const SKIP = 1000;
const FAULT_FROM = 1500;
const FAULT_BEFORE = 3800;
const FROZEN_ROWS = 60;
/** An alarm so soon after a fault's end is still the fault's. */
const GRACE_ROWS = 20;
const FAULTS = [...FAULT_NAMES, 'frozen'] as const;
type FaultName = (typeof FAULTS)[number];

const seeds = Number(process.argv[2] ?? 4);
const firstSeed = Number(process.argv[3] ?? 1);

/** One series with one fault, by one detector. */
interface Judged {
  readonly family: FamilyName;
  readonly fault: FaultName;
  readonly roc: number;
  /** Strongest alarm on the fault, and its row after the fault's first. */
  readonly strongest: number;
  readonly alarms: readonly { readonly row: number; readonly score: number }[];
  readonly from: number;
  readonly to: number;
}

const pairs = FAMILY_NAMES.flatMap((family) =>
  FAULTS.flatMap((fault, f) =>
    Array.from({ length: seeds }, (_, k) => judgedPair(family, fault, 100 * (firstSeed + k) + f)),
  ),
);
const ours = pairs.map(([engine]) => engine);
const theirs = pairs.map(([, gaussian]) => gaussian);
const limit = limitOfAsManyFalse(theirs, falseAlarms(ours, DEFAULT_THRESHOLD).length);
const soundRows = pairs.length * (ROWS - SKIP) - ours.reduce((sum, { from, to }) => sum + to + GRACE_ROWS - from, 0);

console.log(`${pairs.length} series of ${FAMILY_NAMES.length} kinds with one fault each, ${ROWS} rows, the first ${SKIP} not judged; seeds from ${firstSeed}
Found at alarm_score ≥ ${DEFAULT_THRESHOLD}; the windowed Gaussian, with the same refractory, at ${limit.toFixed(2)} standard deviations: as many false alarms
`);
printTable(
  ['', 'faults', 'found', 'delay', 'ROC area', 'false in 1,000 rows', 'Gaussian found', 'delay', 'ROC area', 'false'],
  [
    ...FAULTS.map((name) => line(name, ({ fault }) => fault === name)),
    ...FAMILY_NAMES.map((name) => line(`on ${name}`, ({ family }) => family === name)),
    line('all', () => true),
  ],
);

function judgedPair(family: FamilyName, fault: FaultName, seed: number): readonly [Judged, Judged] {
  const { timestamps, values } = syntheticSeries(family, seed, ROWS);
  const from = FAULT_FROM + ((seed * 7919) % (FAULT_BEFORE - FAULT_FROM));
  const faulty = fault === 'frozen' ? frozen(values, from) : withFault(values, fault, from, seed);
  const { anomaly, alarm } = scoreSeries(timestamps, faulty.values);
  const gaussian = windowedGaussian(faulty.values);
  const about = { family, fault, from, to: faulty.to };
  return [judged(about, faulty, anomaly, alarm), judged(about, faulty, gaussian, heldBack(gaussian, timestamps))];
}

/** A sensor that keeps saying the same. */
function frozen(values: Float64Array, from: number): FaultySeries {
  const to = from + FROZEN_ROWS;
  return { values: values.slice().fill(values[from]!, from, to), from, to };
}

function judged(
  about: Pick<Judged, 'family' | 'fault' | 'from' | 'to'>,
  { from, to }: FaultySeries,
  scores: Float64Array,
  alarms: Float64Array,
): Judged {
  const labels = new Uint8Array(ROWS).fill(1, from, to);
  const loud = Array.from(alarms.keys()).filter((row) => row >= SKIP && alarms[row]! > 0);
  return {
    ...about,
    roc: areas(scores, labels, SKIP).roc,
    strongest: Math.max(0, ...loud.filter((row) => row >= from && row < to + GRACE_ROWS).map((row) => alarms[row]!)),
    alarms: loud.map((row) => ({ row, score: alarms[row]! })),
  };
}

function falseAlarms(all: readonly Judged[], threshold: number): number[] {
  return all.flatMap(({ alarms, from, to }) =>
    alarms
      .filter(({ row, score }) => score >= threshold && (row < from || row >= to + GRACE_ROWS))
      .map(({ score }) => score),
  );
}

/** The threshold at which a detector gives no more false alarms than this. */
function limitOfAsManyFalse(all: readonly Judged[], count: number): number {
  return falseAlarms(all, 0).sort((a, b) => b - a)[count - 1] ?? 0;
}

function line(name: string, wanted: (one: Judged) => boolean): string[] {
  return [
    name,
    String(ours.filter(wanted).length),
    ...cells(ours.filter(wanted), DEFAULT_THRESHOLD),
    ...cells(theirs.filter(wanted), limit),
  ];
}

function cells(all: readonly Judged[], threshold: number): string[] {
  const delays = all.flatMap(({ alarms, from, to }) => {
    const first = alarms.find(({ row, score }) => score >= threshold && row >= from && row < to + GRACE_ROWS);
    return first === undefined ? [] : [first.row - from];
  });
  const rows = (soundRows * all.length) / pairs.length;
  return [
    String(all.filter(({ strongest }) => strongest >= threshold).length),
    delays.length === 0 ? '–' : String(median(delays)),
    mean(all.map(({ roc }) => roc)).toFixed(3),
    ((1000 * falseAlarms(all, threshold).length) / rows).toFixed(2),
  ];
}
