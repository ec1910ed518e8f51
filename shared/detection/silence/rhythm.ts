import type { SourceSettings } from '../../domain/settings';
import { F32, F64, GAPS, type SourceWatch, STEPS, U8, U32 } from './source-watch';

/** Steps that must be known before a source can be missed. */
export const STEPS_MIN = 12;
/** Later, what is usual is worked out with every eighth step. */
const SETTLED_STEPS = 64;
const EVERY_STEPS = 8;

/** A step of more than so many usual ones is a gap; gaps up to this long are remembered apart. */
const GAP_STEPS = 4;
const GAP_MS_MAX = 3 * 3_600_000;
/** Gaps are a second cadence when the last ones differ by no more than this factor, and until so many of them did not come. */
const GAPS_ALIKE = 2;
const GAPS_FORGOTTEN = 8;
const GAP_ALLOWANCE = 1.5;

/** What half of the steps promise (the second largest, so often) the other half may break once in all. */
const PROMISE = 2;
const BREAKS_MAX = 1;

/** A source that keeps coming back soon after it was missed gets more time, and above the last is not watched at all. */
const PATIENCE_GROWTH = 1.5;
const PATIENCE_MAX = 16;
export const PATIENCE_WATCHED = 8;
/** Steps in which patience halves. */
const PATIENCE_STEPS = 256;

/** Why a source is not watched, or that it is. */
export type Standing = 'watched' | 'off' | 'too few points' | 'too irregular';

/** Can it be said when this source should speak again? */
export function standingOf({ u32, u8, f32 }: SourceWatch, settings: SourceSettings): Standing {
  if (!settings.watchSilence) return 'off';
  if (u32[U32.deliveries]! <= STEPS_MIN) return 'too few points';
  return u8[U8.regular] === 1 && f32[F32.patience]! <= PATIENCE_WATCHED ? 'watched' : 'too irregular';
}

/** How long a watched source may be silent, in milliseconds of time that is not quiet. */
export function allowedSilence(watch: SourceWatch, settings: SourceSettings): number {
  const { f32 } = watch;
  const usual = Math.max(settings.silenceIntervals * f32[F32.upper]!, GAP_ALLOWANCE * secondCadence(watch));
  return Math.max(usual * f32[F32.patience]!, settings.silenceMinMs);
}

/** When the next word is due, at the latest by what is usual. */
export function expectedWithin({ f32 }: SourceWatch): number {
  return 1.25 * f32[F32.upper]!;
}

/** Takes the time between two deliveries, quiet hours left out. @param at of the second */
export function learnStep(watch: SourceWatch, step: number, at: number): void {
  const { f32, f64, u32 } = watch;
  const count = u32[U32.deliveries]! - 1;
  f32[F32.steps + (count % STEPS)] = step;
  if (count >= STEPS && step > GAP_STEPS * f32[F32.usual]! && step <= GAP_MS_MAX) {
    f32.copyWithin(F32.gaps + 1, F32.gaps, F32.gaps + GAPS - 1);
    f32[F32.gaps] = step;
    f64[F64.lastGap] = at;
  }
  if (count < SETTLED_STEPS || count % EVERY_STEPS === 0) settle(watch, Math.min(count, STEPS));
  if (count % PATIENCE_STEPS === 0) f32[F32.patience] = Math.max(1, f32[F32.patience]! / 2);
}

/** A missed source is back. @param late how long after its deadline @param allowed what it was allowed */
export function learnReturn({ f32 }: SourceWatch, late: number, allowed: number): void {
  if (late <= 2 * allowed) f32[F32.patience] = Math.min(PATIENCE_GROWTH * f32[F32.patience]!, PATIENCE_MAX);
}

/** Length of the gaps that come again and again between steps, 0 if there are none such. */
function secondCadence({ f32, f64 }: SourceWatch): number {
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < GAPS; i++) {
    shortest = Math.min(shortest, f32[F32.gaps + i]!);
    longest = Math.max(longest, f32[F32.gaps + i]!);
  }
  const isRecent = f64[F64.newest]! - f64[F64.lastGap]! <= GAPS_FORGOTTEN * longest;
  return longest <= GAPS_ALIKE * shortest && isRecent ? longest : 0;
}

const older = new Float32Array(STEPS / 2);
const newer = new Float32Array(STEPS / 2);
const all = new Float32Array(STEPS);

/** Sets what is usual, and whether one half of the steps would have foretold the other. */
function settle({ f32, u32, u8 }: SourceWatch, known: number): void {
  const half = known >> 1;
  const newest = u32[U32.deliveries]! - 1;
  for (let back = 0; back < known; back++) {
    const step = f32[F32.steps + ((newest - back) % STEPS)]!;
    all[back] = step;
    if (back < half) newer[back] = step;
    else if (back < 2 * half) older[back - half] = step;
  }
  const sorted = all.subarray(0, known).sort();
  f32[F32.usual] = sorted[known >> 1]!;
  f32[F32.upper] = sorted[Math.max(0, known - (known >= 24 ? 3 : 2))]!;
  const [a, b] = [newer.subarray(0, half).sort(), older.subarray(0, half).sort()];
  u8[U8.regular] = half >= 2 && breaks(a, b) + breaks(b, a) <= BREAKS_MAX ? 1 : 0;
}

/** How many steps of one half are longer than the other promises. Both sorted. */
function breaks(promising: Float32Array, kept: Float32Array): number {
  const promise = PROMISE * promising[promising.length - 2]!;
  let broken = 0;
  for (const step of kept) if (step > promise) broken++;
  return broken;
}
