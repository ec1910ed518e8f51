import { demoSettings } from '../../apps/local/demo/demo-settings';
import type { FaultKind } from '../../apps/local/demo/fault';
import { makeFleet } from '../../apps/local/demo/fleet';
import { scheduleFaults } from '../../apps/local/demo/schedule';
import { deliveriesBetween, historyPoints } from '../../apps/local/demo/world';
import { words } from '../../apps/local/screen/fault-lines';
import { drawPanels, type Panel } from './panel';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INTERVAL_MS = 2_000;
const LIVE_FROM = Date.parse('2026-11-25T12:00:00Z');
const LIVE_TO = LIVE_FROM + 20 * MINUTE_MS;
/** Shown before and after the fault. */
const AROUND_MS = 3 * MINUTE_MS;
const KINDS: readonly FaultKind[] = ['level-shift', 'drift', 'frozen', 'broken-season', 'broken-relation'];

/** One fault of each kind of the demo, on a metric that it touches. */
export function demoFigure(seed = 1): Panel[] {
  const fleet = makeFleet(seed);
  const schedule = scheduleFaults(fleet, { liveFrom: LIVE_FROM, intervalMs: INTERVAL_MS });
  const history = [...historyPoints(fleet, LIVE_FROM - 14 * DAY_MS, LIVE_FROM, 15 * MINUTE_MS)];
  const live = deliveriesBetween(fleet, schedule, LIVE_FROM, LIVE_TO).map(({ point }) => point);
  const faults = schedule.faultsBetween(LIVE_FROM + AROUND_MS, LIVE_TO - 2 * AROUND_MS);
  return KINDS.flatMap((kind) => {
    const fault = faults.find((one) => one.kind === kind);
    if (fault === undefined) return [];
    const metric = fault.metrics[0]!;
    const points = [...history, ...live].filter(({ source }) => source === fault.source);
    const shown = { from: fault.from - AROUND_MS, to: fault.to + AROUND_MS };
    const about = { shown, wrong: [{ from: fault.from, to: fault.to }] };
    const title = `${metric}: ${words(kind)}`;
    const wishes = [
      { ...about, metric, title },
      ...(kind === 'broken-relation' ? [{ ...about, metric: undefined, title }] : []),
    ];
    return drawPanels(fault.source, points, wishes, new Set(), demoSettings(INTERVAL_MS));
  });
}
