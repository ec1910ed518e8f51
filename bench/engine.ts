// Speed of the engine on one core, by processor time: npm run bench:engine [-- --series N | --long]
import { performance } from 'node:perf_hooks';
import { builtInModel, FAMILIES } from '../shared/detection/built-in-model';
import { decodeMetric, emptyMetric, encodeMetric } from '../shared/detection/metric-codec';
import { advanceMetric, createFindings, startMetric } from '../shared/detection/metric-detector';
import { BASE_BYTES, FULL_BYTES } from '../shared/detection/metric-layout';
import { createMetricState, type MetricState } from '../shared/detection/metric-state';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { Observation, Verdict } from '../shared/detection/source-detector';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { Distributions } from '../shared/training/distributions';
import { ChallengerSchema, openShadow, zeroShadow } from '../shared/training/shadow';
import { longRun } from './long-run';

const STEP_S = 300;
const LONG_ROWS = [22_000, 1_000_000];
const SEQUENTIAL_POINTS = 400_000;
const SERIES_AT = process.argv.indexOf('--series');
const SERIES = SERIES_AT < 0 ? 100_000 : Number(process.argv[SERIES_AT + 1]);
const CONTEXT = { versions: { model: 'built-in-1', settings: 1, schema: 1 }, degraded: false, warming: false };
const CHALLENGER = ChallengerSchema.parse({
  run: 'bench',
  since: 0,
  model: {
    ...{ format: 'tidewatch-weighted-model', formatVersion: 1, schema: 1, version: 'weighted-1' },
    weights: Object.fromEntries(FAMILIES.map((family) => [family, 1.1])),
  },
});

const values = dailyWave(4096);
const found = createFindings();

if (process.argv.includes('--long')) {
  for (const rows of LONG_ROWS) longRun(rows);
  process.exit();
}
console.log(`state at rest: ${BASE_BYTES} bytes without shapes, ${FULL_BYTES} with`);
console.log(`allocated by a point of the core: ${allocatedPerPoint().toFixed(1)} bytes`);
byPart();
for (const [name, bytes] of [
  ['without shapes', BASE_BYTES],
  ['with shapes', FULL_BYTES],
] as const) {
  report(`one series, ${name}`, SEQUENTIAL_POINTS, () => sequential(fresh(bytes)));
  report(`${SERIES} series in turn, ${name}`, interleavedPoints(), interleaved(bytes));
}

function sequential(state: MetricState): void {
  for (let k = 0; k < SEQUENTIAL_POINTS; k++) advanceMetric(state, values[k & 4095]!, k * STEP_S, false, found);
}

function interleavedPoints(): number {
  return SERIES * 5;
}

/** Many series, a point of each in turn; each with a history of 100 points so that all parts are at work. */
function interleaved(bytes: number): () => void {
  const states = Array.from({ length: SERIES }, () => fresh(bytes));
  const template = fresh(bytes);
  for (let k = 0; k < 2000; k++) advanceMetric(template, values[k]!, k * STEP_S, false, found);
  for (const state of states) state.bytes.set(template.bytes);
  return () => {
    for (let round = 0; round < 5; round++) {
      const wallS = (2000 + round) * STEP_S;
      for (let s = 0; s < states.length; s++)
        advanceMetric(states[s]!, values[(s + round) & 4095]!, wallS, false, found);
    }
  };
}

/** The way of a point in the live path, part by part. */
function byPart(): void {
  const points = 50_000;
  const state = emptyMetric();
  const saved = encodeMetric(state);
  time('open a state at rest', points, () => decodeMetric(saved));
  time('save a state', points, () => encodeMetric(state));
  const detector = openSourceDetector('bench', DEFAULT_SETTINGS.defaults, undefined);
  const judged: [readonly Observation[], readonly Verdict[]][] = [];
  const spent = { advance: 0, model: 0, conclude: 0 };
  for (let k = 0; k < points; k++) {
    const point = { source: 'bench', timestamp: k * STEP_S * 1000, metrics: { level: values[k & 4095]! }, tags: {} };
    const t0 = performance.now();
    const observations = detector.advance(point);
    const t1 = performance.now();
    const scores = observations.map(({ features }) => builtInModel.score(features!));
    const t2 = performance.now();
    const { verdicts } = detector.conclude(point, observations, scores, CONTEXT);
    const t3 = performance.now();
    spent.advance += t1 - t0;
    spent.model += t2 - t1;
    spent.conclude += t3 - t2;
    judged.push([observations, verdicts]);
  }
  for (const [part, ms] of Object.entries(spent))
    console.log(`${part.padEnd(40)} ${((1e6 * ms) / points).toFixed(0).padStart(8)} ns`);
  forTraining(judged);
}

/** What training is told of points that were judged. */
function forTraining(judged: readonly (readonly [readonly Observation[], readonly Verdict[]])[]): void {
  const live = new Distributions(builtInModel.version);
  report('counted for drift', judged.length, () => {
    for (const [observations, verdicts] of judged)
      for (let i = 0; i < observations.length; i++) live.add(observations[i]!, verdicts[i]!.anomalyScore);
  });
  const shadow = openShadow(CHALLENGER);
  const counts = zeroShadow();
  report('beside a challenger', judged.length, () => {
    judged.forEach(([observations, verdicts], k) => {
      shadow.compare('bench', k * STEP_S * 1000, observations, verdicts, counts);
    });
  });
}

function allocatedPerPoint(): number {
  const state = fresh(FULL_BYTES);
  sequential(state);
  const before = process.memoryUsage().heapUsed;
  sequential(state);
  return Math.max(0, process.memoryUsage().heapUsed - before) / SEQUENTIAL_POINTS;
}

function fresh(bytes: number): MetricState {
  const state = createMetricState(bytes);
  startMetric(state);
  return state;
}

function report(name: string, points: number, work: () => void): void {
  work();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const rate = Math.round(points / seconds).toLocaleString('en');
  console.log(
    `${name.padEnd(40)} ${rate.padStart(12)} points/s ${((1e9 * seconds) / points).toFixed(0).padStart(6)} ns`,
  );
}

function time(name: string, times: number, work: () => unknown): void {
  for (let k = 0; k < 1000; k++) work();
  const started = performance.now();
  for (let k = 0; k < times; k++) work();
  console.log(`${name.padEnd(40)} ${((1e6 * (performance.now() - started)) / times).toFixed(0).padStart(8)} ns`);
}

/** A day's wave and noise; the same on every run. */
function dailyWave(rows: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length: rows }, (_, row) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 50 + 10 * Math.sin((2 * Math.PI * row) / 288) + state / 2 ** 31;
  });
}
