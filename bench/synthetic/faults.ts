import { normals } from '../../shared/detection/relations/relations.factory';

/** What goes wrong with a made-up metric. */
export const FAULT_NAMES = ['spike', 'dip', 'levelShift', 'drift', 'unrest'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

const ROWS: Readonly<Record<FaultName, number>> = { spike: 2, dip: 2, levelShift: 40, drift: 60, unrest: 30 };
/** In spreads of the series: plain on a plot. */
const SPREADS: Readonly<Record<FaultName, number>> = { spike: 8, dip: -8, levelShift: 6, drift: 9, unrest: 4 };

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
  const to = from + ROWS[fault];
  const size = times * SPREADS[fault] * spreadOf(values);
  const normal = normals(seed);
  const faulty = values.map((value, row) => {
    if (row < from || row >= to) return value;
    if (fault === 'unrest') return value + size * normal();
    return value + size * (fault === 'drift' ? (row - from + 1) / (to - from) : 1);
  });
  return { values: faulty, from, to };
}

function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) || 1;
}
