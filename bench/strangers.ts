// Values of which nothing is remembered, scored by what another fleet lends: do strange ones rank above normal ones, and what
// does a value cost?
// npm run bench:strangers -- [--seeds N] [--prior-seed N: the fleet that lends]
import { demoSettings } from '../apps/local/demo/demo-settings';
import { FAULT_KINDS, type FaultKind } from '../apps/local/demo/fault';
import { makeFleet } from '../apps/local/demo/fleet';
import { scheduleFaults } from '../apps/local/demo/schedule';
import { deliveriesBetween, historyPoints } from '../apps/local/demo/world';
import { words } from '../apps/local/screen/fault-lines';
import { builtInModel } from '../shared/detection/built-in-model';
import { openPrior } from '../shared/detection/population-prior';
import { openPopulationScore } from '../shared/detection/population-score';
import { openPriorLearner } from '../shared/detection/prior-learner';
import type { DataPoint } from '../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { areas } from './area-score';
import { engineDetect } from './demo-detectors';
import { printTable } from './print-table';

const DAY_MS = 86_400_000;
const HISTORY_MS = 14 * DAY_MS;
const HISTORY_STEP_MS = 900_000;
const INTERVAL_MS = 2_000;
const LIVE_MS = 30 * 60_000;
const LIVE_FROM = Date.parse('2026-11-25T12:00:00Z');
const GRACE_MS = 30 * INTERVAL_MS;
/** Passes over the values whose times are compared; the least counts. */
const PASSES = 5;

const given = process.argv.slice(2);
const numberOf = (name: string, otherwise: number) =>
  given.includes(`--${name}`) ? Number(given[given.indexOf(`--${name}`) + 1]) : otherwise;
const seeds = Array.from({ length: numberOf('seeds', 3) }, (_, k) => k + 1);
const settings = demoSettings(INTERVAL_MS, DEFAULT_SETTINGS);

/** A value, and what it scores; `kind` absent: nothing is wrong with its source. */
interface Scored {
  readonly kind: FaultKind | undefined;
  readonly alone: number;
  /** By a memory of two weeks. */
  readonly remembered: number;
}

const learner = openPriorLearner(DEFAULT_SETTINGS);
const lenders = makeFleet(numberOf('prior-seed', 11));
for (const point of historyPoints(lenders, LIVE_FROM - HISTORY_MS, LIVE_FROM, HISTORY_STEP_MS)) learner.take(point);
const score = openPopulationScore(openPrior(learner.document('another fleet')), builtInModel);

const fleets = seeds.map(watchFleet);
rank(fleets.flatMap(({ scored }) => scored));
time(fleets.flatMap(({ points }) => points));

function watchFleet(seed: number): { scored: readonly Scored[]; points: readonly DataPoint[] } {
  const fleet = makeFleet(seed);
  const schedule = scheduleFaults(fleet, { liveFrom: LIVE_FROM, intervalMs: INTERVAL_MS });
  const remembered = new Map<string, number>();
  const detect = engineDetect(settings, (_, { observations, conclusion }) => {
    observations.forEach(({ metric }, i) => {
      if (metric !== undefined) remembered.set(metric, conclusion.verdicts[i]!.anomalyScore);
    });
  });
  for (const point of historyPoints(fleet, LIVE_FROM - HISTORY_MS, LIVE_FROM, HISTORY_STEP_MS)) detect(point);
  const points = deliveriesBetween(fleet, schedule, LIVE_FROM, LIVE_FROM + LIVE_MS).map(({ point }) => point);
  const scored = points.flatMap((point) => {
    const { source, timestamp, metrics } = point;
    detect(point);
    const fault = schedule.faultOn(source, timestamp);
    // What follows on a fault is neither strange nor normal; nor is what a fault leaves alone.
    if (fault === undefined && schedule.faultOn(source, timestamp - GRACE_MS) !== undefined) return [];
    return Object.entries(metrics)
      .filter(([metric]) => fault === undefined || fault.metrics.includes(metric))
      .map(([metric, value]) => ({
        kind: fault?.kind,
        alone: score(metric, value, timestamp, settings.defaults),
        remembered: remembered.get(metric)!,
      }));
  });
  return { scored, points };
}

function rank(scored: readonly Scored[]): void {
  const normal = scored.filter(({ kind }) => kind === undefined);
  const rocOf = (strange: readonly Scored[], of: (one: Scored) => number) => {
    const all = [...strange, ...normal];
    return areas(
      all.map(of),
      all.map(({ kind }) => (kind === undefined ? 0 : 1)),
    ).roc.toFixed(3);
  };
  const row = (name: string, strange: readonly Scored[]) => [
    name,
    String(strange.length),
    rocOf(strange, ({ alone }) => alone),
    rocOf(strange, ({ remembered }) => remembered),
  ];
  const ofKind = (wanted: FaultKind) => scored.filter(({ kind }) => kind === wanted);
  const seen = FAULT_KINDS.filter((kind) => kind !== 'late-burst' && ofKind(kind).length > 0);
  console.log(`demo fleets ${seeds.join(', ')}, live: ${normal.length} values where nothing is wrong\n`);
  printTable(
    ['values of', 'values', 'ROC area alone', 'with a memory'],
    [...seen.map((kind) => row(words(kind), ofKind(kind))), row('all of these', seen.flatMap(ofKind))],
  );
}

function time(points: readonly DataPoint[]): void {
  const values = points.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0);
  const least = (pass: () => void) => {
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n < PASSES; n++) {
      const begun = process.cpuUsage();
      pass();
      const { user, system } = process.cpuUsage(begun);
      best = Math.min(best, (user + system) / values);
    }
    return best.toFixed(2);
  };
  const alone = least(() => {
    for (const { timestamp, metrics } of points)
      for (const metric in metrics) score(metric, metrics[metric]!, timestamp, settings.defaults);
  });
  const detect = engineDetect(settings);
  const remembered = least(() => {
    for (const point of points) detect(point);
  });
  console.log(
    `\na value alone takes ${alone} µs of processor time; with memory, relations and verdict ${remembered} µs`,
  );
}
