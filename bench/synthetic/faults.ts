import { normals } from '../../shared/detection/relations/relations.factory';
import { FAULT_POINTS, FAULT_SPREADS, type OffsetFaultKind, offsetOf } from '../../shared/training/fault-kinds';

/** What goes wrong with a made-up metric. */
export const FAULT_NAMES = ['spike', 'dip', 'levelShift', 'drift', 'unrest'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** As they are injected for training: a dip is a spike downward. */
const KINDS: Readonly<Record<FaultName, OffsetFaultKind>> = {
  spike: 'spike',
  dip: 'spike',
  levelShift: 'level-shift',
  drift: 'drift',
  unrest: 'variance-burst',
};

export interface FaultySeries {
  readonly values: Float64Array;
  readonly from: number;
  /** First sound row again. */
  readonly to: number;
}

/**
 * A copy of the values with one fault that begins at a row. Sizes are in standard deviations of the sound series.
 *
 * @param times size, relative to a plain fault
 */
export function withFault(values: Float64Array, fault: FaultName, from: number, seed: number, times = 1): FaultySeries {
  const kind = KINDS[fault];
  const to = from + FAULT_POINTS[kind];
  const size = (fault === 'dip' ? -1 : 1) * times * FAULT_SPREADS[kind] * spreadOf(values);
  const normal = normals(seed);
  const faulty = values.map((value, row) =>
    row < from || row >= to ? value : value + offsetOf(kind, size, (row - from + 1) / (to - from), normal),
  );
  return { values: faulty, from, to };
}

function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) || 1;
}
