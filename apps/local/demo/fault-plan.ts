import { stableId } from '../../../shared/domain/ids';
import { FAULT_SPREADS } from '../../../shared/training/fault-kinds';
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

/** Sizes in spreads of the metric. */
const SIZE_SPREADS: Partial<Record<FaultKind, number>> = FAULT_SPREADS;

/** So much should a wrong hour differ from the right one, in units of the load's own unrest. */
const SEASON_CONTRAST = 6;

/** How well this kind of fault can be seen on this source at this time; from 1 well. */
export function fitness(kind: FaultKind, source: FleetSource, from: number): number {
  if (kind === 'broken-relation') return source.kind.metrics.some((metric) => metric.tight) ? 1 : 0;
  if (kind !== 'broken-season') return 1;
  return source.kind.seasonal ? mostUnlikeHour(source, from).contrast / SEASON_CONTRAST : 0;
}

/**
 * @param turn how many faults the source had before: metrics take turns, then directions, since a value that came before is
 * less of a surprise
 */
export function planFault(kind: FaultKind, source: FleetSource, from: number, intervalMs: number, turn: number): Fault {
  const common = { kind, source: source.name, from, to: from + DURATION_INTERVALS[kind] * intervalMs };
  const id = stableId('fault', kind, source.name, from);
  const all = source.kind.metrics.map((metric) => metric.name);
  if (kind === 'silence' || kind === 'late-burst') return { id, ...common, metrics: all };
  if (kind === 'broken-season') {
    return { id, ...common, metrics: all, behavesLaterMs: mostUnlikeHour(source, from).laterMs };
  }
  const candidates = source.kind.metrics.filter((metric) => kind !== 'broken-relation' || metric.tight);
  const metric = candidates[turn % candidates.length]!;
  const spreads = SIZE_SPREADS[kind];
  if (spreads === undefined) return { id, ...common, metrics: [metric.name] };
  const { mean, spread } = source.usual[source.kind.metrics.indexOf(metric)]!;
  const isUpward = Math.floor(turn / candidates.length) % 2 === 0;
  const hasRoom = isUpward ? mean + spreads * spread < metric.max : mean - spreads * spread > metric.min;
  return { id, ...common, metrics: [metric.name], size: (isUpward === hasRoom ? spreads : -spreads) * spread };
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
