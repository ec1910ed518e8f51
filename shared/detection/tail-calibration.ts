import type { MetricState } from './metric-state';

/** Log-spaced buckets of a calibration, three an octave from 2⁻⁸. */
export const BUCKETS = 49;
/** Counts are kept in eighths, so that halving does not lose them. */
const COUNT_UNIT = 8;
/** Beyond this many points the past counts half. */
export const CALIBRATION_POINTS_MAX = 8000;
/** Keeps a statistic's largest value inside float32. */
const LARGEST_STATISTIC = 1e30;

/** Where the calibration of one statistic lies in a state. */
export interface CalibrationAt {
  /** u16, {@link BUCKETS} of them */
  readonly buckets: number;
  /** f32: largest statistic seen, fading */
  readonly largest: number;
}

/**
 * Makes all surprises comparable between short and long histories: with n points at hand the rarest event gives about the
 * same surprise, so that the rate of false alarms falls as history grows.
 */
export function historyFactor(points: number): number {
  return Math.sqrt(3 / Math.log10(points + 2));
}

/**
 * How rare is a statistic this large on this series? Judges it by what was seen before, then remembers it.
 *
 * @param statistic ≥ 0, any unit; 0 stands for "nothing unusual" and gives 0
 * @param points judged before, ≥ 0
 * @param factor {@link historyFactor} of points
 * @returns surprise ≥ 0: about the number of zeros of the tail probability; grows beyond the largest seen with its logarithm
 */
export function surprise(
  state: MetricState,
  at: CalibrationAt,
  statistic: number,
  points: number,
  factor: number,
): number {
  if (!(statistic > 0)) return 0;
  const { f32, u16 } = state;
  const first = at.buckets;
  const z = Math.min(statistic, LARGEST_STATISTIC);
  const place = Math.min(Math.max(3 * (Math.log2(z) + 8), 0), BUCKETS - 1);
  const bucket = Math.floor(place);
  let units = (1 - (place - bucket)) * u16[first + bucket]!;
  for (let j = bucket + 1; j < BUCKETS; j++) units += u16[first + j]!;
  let result = Math.log10((points + 2) / (units / COUNT_UNIT + 1)) * factor;
  const largest = f32[at.largest]!;
  if (z > largest) {
    if (largest > 0) result += Math.log10(z / largest);
    f32[at.largest] = z;
  }
  u16[first + bucket]! += COUNT_UNIT;
  return Math.max(0, result);
}

/** The past counts half, and the largest statistic fades. */
export function fade({ f32, u16 }: MetricState, at: CalibrationAt): void {
  for (let j = 0; j < BUCKETS; j++) u16[at.buckets + j]! >>= 1;
  f32[at.largest]! *= 0.9;
}
