// False alarms a week: what is asked for and what comes. Nothing that is counted here was looked at to set anything.
// npm run bench:threshold -- DIR [--live-hours N]; DIR holds data/ and labels/ of the Numenta Anomaly Benchmark
import { demoSettings } from '../apps/local/demo/demo-settings';
import { makeFleet } from '../apps/local/demo/fleet';
import { scheduleFaults } from '../apps/local/demo/schedule';
import { deliveriesBetween, historyPoints } from '../apps/local/demo/world';
import { isJudged } from '../shared/detection/metric-observation';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import type { DataPoint } from '../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { type AlarmsGiven, askedOf, nothingGiven, rateRows } from './alarms-asked';
import { benchArguments } from './arguments';
import { loadNab, nabTime } from './nab-corpus';
import { printTable } from './print-table';
import { FAMILY_NAMES, syntheticSeries } from './synthetic/series';

const ASKED = [0.5, 1, 2, 5, 10];
const HOUR_MS = 3_600_000;
const INTERVAL_MS = 2_000;
const LIVE_FROM = Date.parse('2026-11-25T12:00:00Z');
const DEMO_SEEDS = [1, 2];
/** Seeds that nothing was learnt from. */
const FIRST_SEED = 500;

const { folder, option } = benchArguments('threshold', 'data/ and labels/ of the Numenta Anomaly Benchmark');
const liveHours = Number(option('live-hours') ?? 4);

const demos = DEMO_SEEDS.map(demo);
printTable(
  ['series', 'asked', 'given', 'given/asked', 'rows/asked', '10 %', '50 %', '90 %', 'series × weeks', 'episodes'],
  [
    ...rateRows('NAB outside windows', ASKED, loadNab(folder).map(nab)),
    ...rateRows(
      'demo history',
      ASKED,
      demos.flatMap(({ history }) => history),
    ),
    ...rateRows(
      `demo live, ${liveHours} h`,
      ASKED,
      demos.flatMap(({ live }) => live),
    ),
    ...rateRows('made-up series', ASKED, FAMILY_NAMES.flatMap(madeUp)),
  ],
);

function nab({ timestamps, values, window }: ReturnType<typeof loadNab>[number]): AlarmsGiven {
  return alarmsOf(timestamps.map(nabTime), values, (row) => window[row]! < 0);
}

function madeUp(family: (typeof FAMILY_NAMES)[number]): AlarmsGiven[] {
  return [0, 1, 2, 3].map((k) => {
    const { timestamps, values } = syntheticSeries(family, FIRST_SEED + k, 6000);
    return alarmsOf(timestamps, values, () => true);
  });
}

function alarmsOf(timestamps: ArrayLike<number>, values: Float64Array, isSound: (row: number) => boolean): AlarmsGiven {
  const detector = openSourceDetector('series', DEFAULT_SETTINGS.defaults, undefined);
  const followed = askedOf(ASKED);
  const given = nothingGiven(ASKED);
  values.forEach((value, row) => {
    const timestamp = timestamps[row]!;
    const [seen] = detector.advance({ source: 'series', timestamp, metrics: { value }, tags: {} });
    if (seen && isJudged(seen)) followed.see(timestamp, seen, isSound(row) ? given : undefined);
  });
  return given;
}

/** Two weeks of history, then hours in health; the relations of a source are a series as well. */
function demo(seed: number): { history: AlarmsGiven[]; live: AlarmsGiven[] } {
  const settings = demoSettings(INTERVAL_MS).defaults;
  const fleet = makeFleet(seed);
  const detectors = new Map<string, SourceDetector>();
  const all = new Map<string, { followed: ReturnType<typeof askedOf>; history: AlarmsGiven; live: AlarmsGiven }>();
  const see = (point: DataPoint, phase: 'history' | 'live') => {
    const detector = detectors.get(point.source) ?? openSourceDetector(point.source, settings, undefined);
    detectors.set(point.source, detector);
    for (const seen of detector.advance(point)) {
      if (!isJudged(seen)) continue;
      const name = `${point.source} ${seen.metric ?? ''}`;
      const series = all.get(name) ?? {
        followed: askedOf(ASKED, settings),
        history: nothingGiven(ASKED),
        live: nothingGiven(ASKED),
      };
      all.set(name, series);
      series.followed.see(point.timestamp, seen, series[phase]);
    }
  };
  for (const point of historyPoints(fleet, LIVE_FROM - 14 * 24 * HOUR_MS, LIVE_FROM, HOUR_MS / 4))
    see(point, 'history');
  const quietTo = LIVE_FROM + liveHours * HOUR_MS;
  const schedule = scheduleFaults(fleet, { liveFrom: quietTo, intervalMs: INTERVAL_MS });
  for (let from = LIVE_FROM; from < quietTo; from += HOUR_MS)
    for (const { point } of deliveriesBetween(fleet, schedule, from, Math.min(from + HOUR_MS, quietTo)))
      see(point, 'live');
  const series = [...all.values()];
  return { history: series.map(({ history }) => history), live: series.map(({ live }) => live) };
}
