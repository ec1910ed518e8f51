// The demo fleet straight through the engine: two weeks of history, then live minutes with injected faults.
// npm run bench:demo -- [first seed] [live minutes] [ISO instant at which it goes live] [--seeds N] [--quiet: no faults]
//   [--false-alarms-per-week N: in place of the default threshold] [--baseline [--sigmas 3]: beside the plainest detector] [--details: false alarms and missed faults one by one]

import type { ScoredPoint } from '../apps/cli/score/point-scorer';
import { demoSettings } from '../apps/local/demo/demo-settings';
import type { Fault } from '../apps/local/demo/fault';
import { makeFleet } from '../apps/local/demo/fleet';
import { type FaultSchedule, scheduleFaults } from '../apps/local/demo/schedule';
import { type KindSummary, type Summary, summarise } from '../apps/local/demo/summary';
import { summaryTable } from '../apps/local/demo/summary-table';
import { deliveriesBetween, historyPoints } from '../apps/local/demo/world';
import { words } from '../apps/local/screen/fault-lines';
import { clock, duration } from '../apps/local/screen/numbers';
import type { AnomalyEvent } from '../shared/domain/anomaly-event';
import type { DataPoint } from '../shared/domain/data-point';
import { SettingsSchema } from '../shared/domain/settings';
import { openBandCoverage } from './band-coverage';
import { baselineDetect, type Detect, engineDetect } from './demo-detectors';
import { printTable } from './print-table';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HISTORY_DAYS = 14;
const HISTORY_STEP_MS = 15 * MINUTE_MS;
const INTERVAL_MS = 2_000;
const GRACE_MS = 30 * INTERVAL_MS;

const given = process.argv.slice(2);
const named = (name: string) => given.indexOf(`--${name}`);
const numberOf = (name: string, otherwise: number) => (named(name) < 0 ? otherwise : Number(given[named(name) + 1]));
const falseAlarmsPerWeek = named('false-alarms-per-week') < 0 ? undefined : numberOf('false-alarms-per-week', 1);
const SETTINGS = demoSettings(
  INTERVAL_MS,
  SettingsSchema.parse({ version: 1, defaults: falseAlarmsPerWeek === undefined ? {} : { falseAlarmsPerWeek } }),
);
const firstFlag = given.findIndex((word) => word.startsWith('--'));
const [firstSeed = '1', minutes = '30', instant] = firstFlag < 0 ? given : given.slice(0, firstFlag);
const seeds = Array.from({ length: numberOf('seeds', 1) }, (_, k) => Number(firstSeed) + k);
const liveMs = Number(minutes) * MINUTE_MS;
// A Wednesday noon unless told, so that figures can be compared from run to run.
const liveFrom = Date.parse(instant ?? '2026-11-25T12:00:00Z');
const liveTo = liveFrom + liveMs;

interface World {
  readonly seed: number;
  readonly schedule: FaultSchedule;
}

/** What one detector made of the fleets of all seeds; the seed stands before the names of sources. */
interface Watched {
  readonly series: number;
  readonly points: number;
  readonly historyAlarms: number;
  readonly faults: readonly Fault[];
  readonly events: readonly AnomalyEvent[];
  readonly ms: number;
}

const bands = { history: openBandCoverage(), live: openBandCoverage() };
const engine = watch((world) => engineDetect(SETTINGS, seeBands(world)));
const summary = summaryOf(engine);
console.log(
  `${HISTORY_DAYS} days of history, a point each ${duration(HISTORY_STEP_MS)}: ${engine.historyAlarms} alarms; live: ${engine.points} points, one each ${duration(INTERVAL_MS)}, and injected faults; seeds ${seeds.join(', ')}; ${Math.round(engine.ms)} ms\n`,
);
if (named('baseline') >= 0) compare(numberOf('sigmas', 3));
else console.log(summaryTable(summary, { liveMs, seriesCount: engine.series }).join('\n'));
console.log(`\n${bands.history.words('the values of history')}`);
console.log(bands.live.words('the values without a fault, live'));
if (named('details') >= 0) details();

function watch(open: (world: World) => Detect): Watched {
  const begun = performance.now();
  const runs = seeds.map((seed) => watchFleet(seed, open));
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((all, run) => all + of(run), 0);
  return {
    series: sum(({ series }) => series),
    points: sum(({ points }) => points),
    historyAlarms: sum(({ historyAlarms }) => historyAlarms),
    faults: runs.flatMap(({ faults }) => faults),
    events: runs.flatMap(({ events }) => events),
    ms: performance.now() - begun,
  };
}

/** A value is normal until a fault begins on its source, and again once what follows on it is over. */
function seeBands({ seed, schedule }: World) {
  return ({ source, timestamp }: DataPoint, { observations }: ScoredPoint): void => {
    const fault = schedule.faultOn(source, timestamp) ?? schedule.faultOn(source, timestamp - GRACE_MS);
    if (fault !== undefined) return;
    const { see } = timestamp < liveFrom ? bands.history : bands.live;
    for (const { metric, value, lower, upper } of observations)
      if (metric !== undefined) see(`${seed} ${source} ${metric}`, value!, lower, upper);
  };
}

function watchFleet(seed: number, open: (world: World) => Detect): Omit<Watched, 'ms'> {
  const fleet = makeFleet(seed);
  const schedule = scheduleFaults(fleet, {
    liveFrom: named('quiet') >= 0 ? liveTo : liveFrom,
    intervalMs: INTERVAL_MS,
  });
  const detect = open({ seed, schedule });
  const history = historyPoints(fleet, liveFrom - HISTORY_DAYS * DAY_MS, liveFrom, HISTORY_STEP_MS);
  const before = [...history].flatMap((point) => detect(point));
  const deliveries = deliveriesBetween(fleet, schedule, liveFrom, liveTo);
  const events = deliveries.flatMap(({ point }) => detect(point));
  const ofSeed = <T extends { readonly source: string }>(one: T) => ({ ...one, source: `${seed}/${one.source}` });
  return {
    series: fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0),
    points: deliveries.length,
    historyAlarms: openings(before).length,
    faults: schedule.faultsBetween(liveFrom, liveTo).map(ofSeed),
    events: events.map((event) => ({ ...ofSeed(event), id: `${seed} ${event.id}` })),
  };
}

/** Silence is not among what can be found: who scores points sees none. But what follows on it is no false alarm. */
function summaryOf({ faults, events }: Watched): Summary {
  const until = { graceMs: GRACE_MS, until: liveTo };
  const heard = faults.filter(({ kind }) => kind !== 'silence');
  return { ...summarise(heard, events, until), falseAlarms: summarise(faults, events, until).falseAlarms };
}

/** The same faults before the same episodes, with and without the engine. */
function compare(sigmas: number): void {
  const baseline = watch(() => baselineDetect(SETTINGS, sigmas));
  const before = summaryOf(baseline);
  const cells = ({ found, missed, delayMsMedian }: Omit<KindSummary, 'kind' | 'watched'>) => [
    String(found),
    String(missed),
    delayMsMedian === undefined ? '–' : duration(delayMsMedian),
  ];
  const rows = summary.kinds
    .filter(({ watched }) => watched)
    .map((after) => [
      words(after.kind),
      String(after.injected),
      ...cells(before.kinds.find(({ kind }) => kind === after.kind)!),
      ...cells(after),
    ]);
  const falseAlarms = (one: Summary) => [String(one.falseAlarms.length), '', ''];
  printTable(
    ['fault', 'injected', 'baseline found', 'missed', 'delay', 'Tidewatch found', 'missed', 'delay'],
    [
      ...rows,
      ['all', String(summary.overall.injected), ...cells(before.overall), ...cells(summary.overall)],
      ['false alarms', '', ...falseAlarms(before), ...falseAlarms(summary)],
      ['alarms in history', '', String(baseline.historyAlarms), '', '', String(engine.historyAlarms), '', ''],
    ],
  );
  console.log(
    `\nbaseline: windowed Gaussian of each series, alarm at ${sigmas} standard deviations, same refractory and episodes`,
  );
}

function details(): void {
  console.log('\nfalse alarms:');
  for (const alarm of summary.falseAlarms) console.log(`  ${describe(alarm)}`);
  console.log('\nnever alarmed on (missed, under way or not watched):');
  const alarms = openings(engine.events);
  for (const fault of engine.faults) {
    const isFound = alarms.some(
      ({ source, timestamp }) => source === fault.source && timestamp >= fault.from && timestamp < fault.to + GRACE_MS,
    );
    const size = fault.size?.toFixed(2) ?? '';
    if (!isFound)
      console.log(`  ${clock(fault.from)} ${fault.kind} ${fault.source} ${fault.metrics.join(', ')} ${size}`);
  }
}

function openings(events: readonly AnomalyEvent[]): AnomalyEvent[] {
  return events.filter(({ phase }) => phase === 'opened');
}

function describe(alarm: AnomalyEvent): string {
  const reasons = alarm.contributions.map((one) => `${one.name} ${one.share.toFixed(2)} ${one.words}`).join('; ');
  return `${clock(alarm.timestamp)} ${alarm.source} ${alarm.metric ?? '-'} ${alarm.alarmScore.toFixed(2)} ${alarm.value ?? ''} ${reasons}`;
}
