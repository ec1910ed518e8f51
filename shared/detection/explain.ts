import type { AnomalyKind, Contribution } from '../domain/anomaly-event';
import { FAMILIES, type Family, familySquares } from './built-in-model';
import type { FeatureVector } from './model';

/** What the words are made of, as it was before the value came; in the metric's unit. */
export interface Circumstances {
  readonly value: number;
  /** Appended to numbers: of a counter " a second". */
  readonly unit: string;
  readonly smallest: number;
  readonly largest: number;
  readonly expected: number | undefined;
  /** How many times as much values have changed of late as they usually do. */
  readonly stepRatio: number;
  /** How far back the memory of values reaches, and how long the metric has been known. */
  readonly rememberedMs: number;
  readonly knownMs: number;
  /** Wall clock at the source, milliseconds. */
  readonly wallMs: number;
}

const SHARE_MIN = 0.05;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'] as const;

/** Is the vector mostly about an unusual shape? */
export function kindOf(features: FeatureVector): AnomalyKind {
  const squares = familySquares(features);
  const strongest = squares.indexOf(Math.max(...squares));
  const family = FAMILIES[strongest];
  return family === 'relation' || family === 'shape' ? family : 'value';
}

/** The families' shares of the alarm with a sentence each, largest first; what has less than a twentieth is left out. */
export function explain(features: FeatureVector, circumstances: Circumstances): readonly Contribution[] {
  const squares = familySquares(features);
  const all = squares.reduce((sum, square) => sum + square, 0);
  return FAMILIES.map((name, index) => ({ name, share: all > 0 ? squares[index]! / all : 0 }))
    .filter(({ share }) => share >= SHARE_MIN)
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) => ({ name, share, words: wordsOf(name, circumstances) }));
}

function wordsOf(family: Family, circumstances: Circumstances): string {
  switch (family) {
    case 'value':
      return valueWords(circumstances);
    case 'season':
      return seasonWords(circumstances);
    case 'variability':
      return variabilityWords(circumstances);
    case 'shape':
      return 'the course of the last values is unlike any before';
    case 'sustained':
      return 'has been unusual for a while';
    case 'frozen':
      return 'repeats one value for longer than ever';
    case 'relation':
      return 'no longer follows the other metrics as it used to';
  }
}

function valueWords({ value, unit, smallest, largest, rememberedMs }: Circumstances): string {
  const span = spanWords(rememberedMs);
  if (value > largest) return `${beyond(value, largest)} the highest in ${span} (${short(largest)}${unit})`;
  if (value < smallest) return `${beneath(value, smallest)} the lowest in ${span} (${short(smallest)}${unit})`;
  return `far from every value in ${span}`;
}

/** "3.1×" where a ratio says something, else "above". */
function beyond(value: number, limit: number): string {
  const ratio = value / limit;
  return limit > 0 && ratio >= 1.1 && ratio < 1e6 ? `${short(ratio)}×` : 'above';
}

/** "0.3×" of a positive lowest, "2×" of a negative one, else "below". */
function beneath(value: number, limit: number): string {
  const ratio = value / limit;
  const says = limit > 0 ? ratio > 1e-6 && ratio <= 0.9 : limit < 0 && ratio >= 1.1 && ratio < 1e6;
  return says ? `${short(ratio)}×` : 'below';
}

function variabilityWords({ stepRatio }: Circumstances): string {
  if (stepRatio > 0.9 && stepRatio < 1.1) return 'changes from value to value in an unusual way';
  return `changes ${short(stepRatio)}× as much from value to value as usual`;
}

/** What is usual at a time can be said of times that came twice. */
function seasonWords({ wallMs, knownMs, expected, unit }: Circumstances): string {
  const day = WEEKDAYS[(((Math.floor(wallMs / DAY_MS) % 7) + 7) % 7) as 0]!;
  const hour = `${String(((Math.floor(wallMs / HOUR_MS) % 24) + 24) % 24).padStart(2, '0')}:00`;
  const usual = expected === undefined ? '' : ` (expected ${short(expected)}${unit})`;
  if (knownMs < 2 * DAY_MS) return `off its usual level of the last ${spanWords(knownMs)}${usual}`;
  return `unusual for ${knownMs < 14 * DAY_MS ? '' : `a ${day} `}${hour}${usual}`;
}

function spanWords(ms: number): string {
  const [count, unit]: [number, string] =
    ms >= 2 * DAY_MS ? [ms / DAY_MS, 'days'] : ms >= 2 * HOUR_MS ? [ms / HOUR_MS, 'hours'] : [ms / 60_000, 'minutes'];
  const whole = Math.max(1, Math.round(count));
  return whole === 1 ? `1 ${unit.slice(0, -1)}` : `${whole} ${unit}`;
}

/** Three significant digits, without an exponent where people would not write one. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1e15 || (rounded !== 0 && Math.abs(rounded) < 1e-6)
    ? rounded.toExponential()
    : String(rounded);
}
