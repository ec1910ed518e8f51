// The demo fleet straight through the engine: two weeks of history, then live minutes with injected faults.
// npm run bench:demo -- [seed] [live minutes] [ISO instant at which it goes live] [quiet: no faults]
import { performance } from 'node:perf_hooks';
import { demoSettings } from '../apps/local/demo/demo-settings';
import { makeFleet } from '../apps/local/demo/fleet';
import { scheduleFaults } from '../apps/local/demo/schedule';
import { summarise } from '../apps/local/demo/summary';
import { summaryTable } from '../apps/local/demo/summary-table';
import { deliveriesBetween, historyPoints } from '../apps/local/demo/world';
import { clock } from '../apps/local/screen/numbers';
import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import type { AnomalyEvent } from '../shared/domain/anomaly-event';
import type { DataPoint } from '../shared/domain/data-point';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INTERVAL_MS = 2_000;
const GRACE_MS = 30 * INTERVAL_MS;
const SETTINGS = demoSettings(INTERVAL_MS);

const [seed = 1, liveMinutes = 30] = process.argv.slice(2, 4).map(Number);
// A Wednesday noon unless told, so that figures can be compared from run to run.
const liveFrom = Date.parse(process.argv[4] ?? '2026-11-25T12:00:00Z');
const isQuiet = process.argv[5] === 'quiet';
const liveTo = liveFrom + liveMinutes * MINUTE_MS;

const fleet = makeFleet(seed);
const schedule = scheduleFaults(fleet, { liveFrom: isQuiet ? liveTo : liveFrom, intervalMs: INTERVAL_MS });
const detectors = new Map<string, SourceDetector>();

const begun = performance.now();
const historyEvents = [...historyPoints(fleet, liveFrom - 14 * DAY_MS, liveFrom, 15 * MINUTE_MS)].flatMap(detect);
const historyMs = performance.now() - begun;
const deliveries = deliveriesBetween(fleet, schedule, liveFrom, liveTo);
const liveEvents = deliveries.flatMap(({ point }) => detect(point));
const liveMs = performance.now() - begun - historyMs;

const seriesCount = fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0);
const faults = schedule.faultsBetween(liveFrom, liveTo);
const summary = summarise(faults, liveEvents, { graceMs: GRACE_MS, until: liveTo });

console.log(`seed ${seed}: ${fleet.sources.length} sources, ${seriesCount} series`);
console.log(`history: 14 days in ${Math.round(historyMs)} ms, ${openings(historyEvents).length} alarms`);
console.log(`live: ${deliveries.length} points in ${Math.round(liveMs)} ms\n`);
console.log(summaryTable(summary, { liveMs: liveTo - liveFrom, seriesCount }).join('\n'));
console.log('\nfalse alarms:');
for (const alarm of summary.falseAlarms) console.log(`  ${describe(alarm)}`);
const missed = faults.filter(
  (fault) =>
    !openings(liveEvents).some(
      (alarm) =>
        alarm.source === fault.source && alarm.timestamp >= fault.from && alarm.timestamp < fault.to + GRACE_MS,
    ),
);
console.log('\nmissed, under way or not watched:');
for (const fault of missed) {
  console.log(
    `  ${clock(fault.from)} ${fault.kind} ${fault.source} ${fault.metrics.join(', ')} ${fault.size?.toFixed(2) ?? ''}`,
  );
}

function detect(point: DataPoint): readonly AnomalyEvent[] {
  let detector = detectors.get(point.source);
  if (detector === undefined) {
    detector = openSourceDetector(point.source, SETTINGS.defaults, undefined);
    detectors.set(point.source, detector);
  }
  const observations = detector.advance(point);
  const scores = observations.flatMap(({ features }) => (features === undefined ? [] : [builtInModel.score(features)]));
  const versions = { model: builtInModel.version, settings: 1, schema: FEATURE_SCHEMA_VERSION };
  return detector.conclude(point, observations, scores, { versions, degraded: false, warming: false }).events;
}

function openings(events: readonly AnomalyEvent[]): AnomalyEvent[] {
  return events.filter(({ phase }) => phase === 'opened');
}

function describe(alarm: AnomalyEvent): string {
  const words = alarm.contributions.map(({ name, share, words }) => `${name} ${share.toFixed(2)} ${words}`).join('; ');
  return `${clock(alarm.timestamp)} ${alarm.source} ${alarm.metric ?? '-'} ${alarm.alarmScore.toFixed(2)} ${alarm.value ?? ''} ${words}`;
}
