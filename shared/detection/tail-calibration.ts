import { LOG10_2, log2 } from './logarithm';
import type { MetricState } from './metric-state';

/**
 * Log-spaced buckets of a calibration, three an octave from 2⁻⁸, in seven blocks of seven. The first place of a block holds
 * the count from there to the end, the other six hold their own: any tail is then a sum of few numbers.
 */
export const BUCKETS = 49;
const BLOCK = 7;
/** Counts are kept in eighths, so that halving does not lose them. */
const COUNT_UNIT = 8;
/** A grain of so much stands for 2³ points, and a point adds one eighth. */
export const GRAIN_MAX = 3;
/** A calibration holds so many grains. Beyond, the grain becomes coarser, or the past counts half: see forgetting.ts. */
export const CALIBRATION_GRAINS_MAX = 8000;
/** Keeps statistics inside float32; what is smaller is as good as 0. */
const STATISTIC_MIN = 1e-30;
const STATISTIC_MAX = 1e30;

/** Where the calibration of one statistic lies in a state. */
export interface CalibrationAt {
  /** u16, {@link BUCKETS} of them */
  readonly buckets: number;
  /** f32: largest statistic seen, fading */
  readonly largest: number;
}

/** How much a surprise counts with so many points of history; see {@link historyOf}. */
export interface History {
  /** log₂(points + 2) */
  log: number;
  /** log₁₀ 2 · √(3 / log₁₀(points + 2)) */
  factor: number;
  /** What a point adds to counts, by its grain. */
  unit: number;
}

/**
 * Makes surprises comparable between short and long histories: with n points at hand the rarest event gives about √(3 log n),
 * so that the rate of false alarms falls as history grows.
 *
 * @param points judged before, ≥ 0
 * @param history receives the result
 * @param grain a count of one stands for 2 to the power of so many points
 */
export function historyOf(points: number, history: History, grain = 0): void {
  history.unit = COUNT_UNIT >> grain;
  history.log = log2(points + 2);
  history.factor = LOG10_2 * Math.sqrt(3 / (LOG10_2 * history.log));
}

/**
 * How rare is a statistic this large on this series? Judges it by what was seen before, then remembers it.
 *
 * @param statistic ≥ 0, any unit; 0 stands for "nothing unusual" and gives 0
 * @returns surprise ≥ 0: about the number of zeros of the tail probability; grows beyond the largest seen with its logarithm
 */
export function surprise(state: MetricState, at: CalibrationAt, statistic: number, history: History): number {
  if (!(statistic > STATISTIC_MIN)) return 0;
  const { f32 } = state;
  const z = Math.min(statistic, STATISTIC_MAX);
  const place = Math.min(Math.max(3 * (log2(z) + 8), 0), BUCKETS - 1);
  const bucket = place | 0;
  const units = tailUnits(state.u16, at.buckets, bucket, place - bucket);
  let result = (history.log - log2(units / history.unit + 1)) * history.factor;
  const largest = f32[at.largest]!;
  if (z > largest) {
    if (largest > 0) result += LOG10_2 * log2(z / largest);
    f32[at.largest] = z;
  }
  count(state.u16, at.buckets, bucket, history.unit);
  return Math.max(result, 0);
}

/** Counts above a place in a bucket, which is taken to be evenly filled; `into`: how far in, 0 to 1. */
function tailUnits(u16: Uint16Array, first: number, bucket: number, into: number): number {
  const start = bucket - (bucket % BLOCK);
  const next = first + start + BLOCK;
  let above = start + BLOCK < BUCKETS ? u16[next]! : 0;
  for (let j = bucket + 1; j < start + BLOCK; j++) above += u16[first + j]!;
  const here = bucket === start ? u16[first + start]! - above : u16[first + bucket]!;
  return above + (1 - into) * here;
}

function count(u16: Uint16Array, first: number, bucket: number, unit: number): void {
  for (let start = 0; start <= bucket; start += BLOCK) u16[first + start]! += unit;
  if (bucket % BLOCK !== 0) u16[first + bucket]! += unit;
}

/** The past counts half, and the largest statistic fades. */
export function fade(state: MetricState, at: CalibrationAt): void {
  halve(state, at);
  state.f32[at.largest]! *= 0.9;
}

/** Counts halve: the past is to count half, or the same points are kept in a coarser grain. */
export function halve({ u16 }: MetricState, at: CalibrationAt): void {
  let tail = 0;
  for (let start = BUCKETS - BLOCK; start >= 0; start -= BLOCK) {
    const first = at.buckets + start;
    let others = 0;
    let halved = 0;
    for (let j = first + 1; j < first + BLOCK; j++) {
      others += u16[j]!;
      u16[j]! >>= 1;
      halved += u16[j]!;
    }
    const after = start + BLOCK < BUCKETS ? tail : 0;
    tail = u16[first]!;
    const own = tail - after - others;
    const halvedAfter = start + BLOCK < BUCKETS ? u16[first + BLOCK]! : 0;
    u16[first] = halvedAfter + halved + (own >> 1);
  }
}

/** What a calibration holds, bucket by bucket, in grains: of a series that is young enough to lend, points. */
export function countsOf({ u16 }: MetricState, at: CalibrationAt): number[] {
  const units = Array.from({ length: BUCKETS }, (_, j) => u16[at.buckets + j]!);
  for (let start = 0; start < BUCKETS; start += BLOCK) {
    units[start]! -= units[start + BLOCK] ?? 0;
    for (let j = start + 1; j < start + BLOCK; j++) units[start]! -= units[j]!;
  }
  return units.map((count) => count / COUNT_UNIT);
}

/**
 * Fills an empty calibration as if these statistics had been seen.
 *
 * @param counts in points, bucket by bucket; they are rounded to eighths
 */
export function startCalibration(
  { f32, u16 }: MetricState,
  at: CalibrationAt,
  counts: readonly number[],
  largest: number,
) {
  let tail = 0;
  for (let j = BUCKETS - 1; j >= 0; j--) {
    const units = Math.round((counts[j] ?? 0) * COUNT_UNIT);
    tail += units;
    u16[at.buckets + j] = j % BLOCK === 0 ? tail : units;
  }
  f32[at.largest] = largest;
}
