/** Faults that can be put into sound values. A gap is none of them: no vector lies in it, and silence is watched elsewhere. */
export const INJECTED_FAULTS = [
  'spike',
  'level-shift',
  'drift',
  'variance-burst',
  'frozen',
  'drop-out',
  'foreign-segment',
  'broken-relation',
] as const;
export type InjectedFaultKind = (typeof INJECTED_FAULTS)[number];

/** How many values a fault touches: long enough for its nature to show, not longer. */
export const FAULT_POINTS: Readonly<Record<InjectedFaultKind, number>> = {
  spike: 2,
  'level-shift': 40,
  drift: 60,
  'variance-burst': 30,
  frozen: 60,
  'drop-out': 20,
  'foreign-segment': 60,
  'broken-relation': 60,
};

/** Kinds that move a value away from where it would be. */
export type OffsetFaultKind = 'spike' | 'level-shift' | 'drift' | 'variance-burst';

/** How far they move it, in spreads of the series: plainly wrong on a plot, yet possible. */
export const FAULT_SPREADS: Readonly<Record<OffsetFaultKind, number>> = {
  spike: 8,
  'level-shift': 6,
  drift: 9,
  'variance-burst': 4,
};

/**
 * What is added to a sound value.
 *
 * @param progress of the fault, up to 1 at its end
 * @param normal draws a standard normal number
 */
export function offsetOf(kind: OffsetFaultKind, size: number, progress: number, normal: () => number): number {
  if (kind === 'drift') return size * progress;
  return kind === 'variance-burst' ? size * normal() : size;
}

export function isOffset(kind: InjectedFaultKind): kind is OffsetFaultKind {
  return kind in FAULT_SPREADS;
}
