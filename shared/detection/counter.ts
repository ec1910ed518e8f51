import { COUNTER, F64, READING } from './metric-layout';
import type { MetricState } from './metric-state';

/** What a metric's readings are; 0 is a gauge until it looks like a counter. */
const COUNTS = 1;
/** Looked like a counter and then fell: not to be mistaken again. */
const GAUGE_FOR_GOOD = 2;

/** Readings without a fall, and rises among them, that make a counter. */
const STEADY_MIN = 256;
const RISES_MIN = 128;
/** A fall below this part of the last reading is a restart from zero. */
const RESTART_BELOW = 0.5;

/** What a metric is to be from this reading on; see {@link readingKind}. */
export type ReadingKind = 'gauge' | 'counter' | 'turns-counter' | 'turns-gauge';

/**
 * Is this metric a counter, which only ever grows and says something by how fast it does? Declared, or detected from its
 * readings: when the kind turns, what was learnt was of another quantity and must be forgotten.
 *
 * @param declared by the settings; undefined: to be detected
 */
export function readingKind(state: MetricState, reading: number, declared: boolean | undefined): ReadingKind {
  const { u8, f64 } = state;
  const was = u8[COUNTER.kind] === COUNTS;
  if (declared !== undefined) {
    if (declared === was) return declared ? 'counter' : 'gauge';
    return declared ? 'turns-counter' : 'turns-gauge';
  }
  const last = f64[READING]!;
  if (was) return reading < last && reading > RESTART_BELOW * last ? 'turns-gauge' : 'counter';
  if (u8[COUNTER.kind] === GAUGE_FOR_GOOD) return 'gauge';
  return growsOnly(state, reading, last) ? 'turns-counter' : 'gauge';
}

function growsOnly({ u16 }: MetricState, reading: number, last: number): boolean {
  if (reading < last || last < 0) {
    u16[COUNTER.steady] = 0;
    u16[COUNTER.rises] = 0;
    return false;
  }
  if (u16[COUNTER.steady]! < STEADY_MIN) u16[COUNTER.steady]! += 1;
  if (reading > last && u16[COUNTER.rises]! < RISES_MIN) u16[COUNTER.rises]! += 1;
  return u16[COUNTER.steady]! >= STEADY_MIN && u16[COUNTER.rises]! >= RISES_MIN;
}

/** Sets the kind of a state that has forgotten all else. */
export function becomes({ u8 }: MetricState, kind: 'counter' | 'gauge'): void {
  u8[COUNTER.kind] = kind === 'counter' ? COUNTS : GAUGE_FOR_GOOD;
}

/** Growth a second since the last reading; after a restart, since zero. Of two readings at different times. */
export function growthRate({ f64 }: MetricState, reading: number, timestamp: number): number {
  const last = f64[READING]!;
  const growth = reading >= last ? reading - last : reading;
  return (1000 * growth) / (timestamp - f64[F64.newest]!);
}

export function isCounter({ u8 }: MetricState): boolean {
  return u8[COUNTER.kind] === COUNTS;
}
