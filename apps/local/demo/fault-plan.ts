import { stableId } from '../../../shared/domain/ids';
import { uniform } from './draw';
import type { Fault, FaultKind } from './fault';
import { type FleetSource, loadAt } from './fleet';

const HOUR_MS = 3_600_000;

/** How long each kind lasts, in live intervals: long enough for its nature to show, not longer. */
const DURATION_INTERVALS: Record<FaultKind, number> = {
  spike: 3,
  'level-shift': 40,
  frozen: 45,
  'broken-season': 60,
  'broken-relation': 60,
  drift: 60,
  silence: 30,
  'late-burst': 30,
};

export const LONGEST_INTERVALS = Math.max(...Object.values(DURATION_INTERVALS));

/** Sizes in spreads of the metric: plainly wrong on a plot, yet possible. */
const SIZE_SPREADS: Partial<Record<FaultKind, number>> = { spike: 8, 'level-shift': 6, drift: 9 };

/** A wrong hour must differ at least so much from the right one, in units of the load's own unrest, to be told by anyone. */
const SEASON_CONTRAST_MIN = 4;

/** Can this kind of fault be seen on this source at this time? */
export function suits(kind: FaultKind, source: FleetSource, from: number): boolean {
  if (kind === 'broken-relation') return source.kind.metrics.some((metric) => metric.tight);
  if (kind === 'broken-season')
    return source.kind.seasonal && mostUnlikeHour(source, from).contrast >= SEASON_CONTRAST_MIN;
  return true;
}

/** @param key decides metric and direction */
export function planFault(kind: FaultKind, source: FleetSource, from: number, intervalMs: number, key: number): Fault {
  const common = { kind, source: source.name, from, to: from + DURATION_INTERVALS[kind] * intervalMs };
  const id = stableId('fault', kind, source.name, from);
  const all = source.kind.metrics.map((metric) => metric.name);
  if (kind === 'silence' || kind === 'late-burst') return { id, ...common, metrics: all };
  if (kind === 'broken-season') {
    return { id, ...common, metrics: all, behavesLaterMs: mostUnlikeHour(source, from).laterMs };
  }
  const candidates = source.kind.metrics.filter((metric) => kind !== 'broken-relation' || metric.tight);
  const metric = candidates[Math.floor(uniform(key, 1) * candidates.length)]!;
  const spreads = SIZE_SPREADS[kind];
  if (spreads === undefined) return { id, ...common, metrics: [metric.name] };
  const { mean, spread } = source.usual[source.kind.metrics.indexOf(metric)]!;
  const upwards = uniform(key, 2) < 0.5 || mean - spreads * spread < metric.min;
  return { id, ...common, metrics: [metric.name], size: (upwards ? spreads : -spreads) * spread };
}

/** The hour of the coming day whose load differs most from now's, and by how many spreads of the load's unrest. */
function mostUnlikeHour(source: FleetSource, from: number): { laterMs: number; contrast: number } {
  const now = loadAt(source, from);
  let best = { laterMs: 0, contrast: 0 };
  for (let hour = 1; hour < 24; hour++) {
    const contrast = Math.abs(loadAt(source, from + hour * HOUR_MS) - now) / (source.kind.loadNoise * now);
    if (contrast > best.contrast) best = { laterMs: hour * HOUR_MS, contrast };
  }
  return best;
}
