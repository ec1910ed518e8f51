import type { MetricState } from './metric-state';

/** Centroids of a histogram. */
export const CENTROIDS = 24;
/** Masses are kept in eighths: exact for counts and for the first three halvings. */
const MASS_UNIT = 8;
/** A centroid lighter than this after a halving is forgotten: 0.2 of a point. */
const MASS_UNITS_MIN = 2;
/** Stands in for a spread of zero; far below any spread that float32 offsets can show. */
const TINY = 1e-30;

/**
 * Where a histogram lies in a state: sorted centroids, their masses, and a head of four numbers (centroids in use, points,
 * smallest, largest), as indices into the views named. `pointsMax`: beyond this many points the past counts half.
 */
export interface HistogramAt {
  /** f32 */
  readonly centroids: number;
  /** u16 */
  readonly masses: number;
  /** f32 */
  readonly head: number;
  readonly pointsMax: number;
}

const COUNT = 0;
const POINTS = 1;
const SMALLEST = 2;
const LARGEST = 3;

/** Result of {@link quantilesOf}, overwritten by each call. */
export const quantiles = { q10: 0, q50: 0, q90: 0, scale: 0 };

/**
 * Remembers a value. Equal values share a centroid; above 24 the adjacent pair with the smallest gap becomes one.
 * O(24), no allocation.
 *
 * @param forgets asked when the past is halved: is what has become light dropped?
 * @see Ben-Haim and Tom-Tov 2010, A streaming parallel decision tree algorithm, JMLR 11
 */
export function remember(
  state: MetricState,
  at: HistogramAt,
  value: number,
  forgets?: (state: MetricState) => boolean,
): void {
  const { f32, u16 } = state;
  const { centroids, masses, head } = at;
  if (f32[head + POINTS]! > at.pointsMax) halve(state, at, forgets === undefined || forgets(state));
  const k = f32[head + COUNT]!;
  const v = Math.fround(value);
  f32[head + POINTS]! += 1;
  if (k === 0 || v < f32[head + SMALLEST]!) f32[head + SMALLEST] = v;
  if (k === 0 || v > f32[head + LARGEST]!) f32[head + LARGEST] = v;

  const j = firstNotBelow(f32, centroids, k, v);
  if (j < k && f32[centroids + j] === v) {
    u16[masses + j]! += MASS_UNIT;
    return;
  }
  if (k < CENTROIDS) {
    shiftUp(state, at, j, k);
    f32[centroids + j] = v;
    u16[masses + j] = MASS_UNIT;
    f32[head + COUNT] = k + 1;
    return;
  }
  insertIntoFull(state, at, j, v);
}

/** Room is made by one merge: of the newcomer with a neighbour, or of two that are closer to each other. */
function insertIntoFull(state: MetricState, at: HistogramAt, j: number, v: number): void {
  const { f32, u16 } = state;
  const { centroids, masses } = at;
  let pair = -1;
  let smallest = Number.POSITIVE_INFINITY;
  let before = f32[centroids]!;
  for (let i = 1; i < CENTROIDS; i++) {
    const here = f32[centroids + i]!;
    const gap = here - before;
    if (gap < smallest && i !== j) {
      smallest = gap;
      pair = i - 1;
    }
    before = here;
  }
  const below = j > 0 ? v - f32[centroids + j - 1]! : Number.POSITIVE_INFINITY;
  const above = j < CENTROIDS ? f32[centroids + j]! - v : Number.POSITIVE_INFINITY;
  const nearest = Math.min(below, above);
  if (nearest < smallest || (nearest === smallest && j <= pair)) {
    const into = below <= above ? j - 1 : j;
    const mass = u16[masses + into]!;
    f32[centroids + into] = (f32[centroids + into]! * mass + v * MASS_UNIT) / (mass + MASS_UNIT);
    u16[masses + into] = mass + MASS_UNIT;
    return;
  }
  mergePair(state, at, pair);
  if (pair < j) {
    // The gap left by the pair's upper one moves up to where the newcomer belongs.
    f32.copyWithin(centroids + pair + 1, centroids + pair + 2, centroids + j);
    u16.copyWithin(masses + pair + 1, masses + pair + 2, masses + j);
    f32[centroids + j - 1] = v;
    u16[masses + j - 1] = MASS_UNIT;
  } else {
    f32.copyWithin(centroids + j + 1, centroids + j, centroids + pair + 1);
    u16.copyWithin(masses + j + 1, masses + j, masses + pair + 1);
    f32[centroids + j] = v;
    u16[masses + j] = MASS_UNIT;
  }
}

/** The lower one of the pair becomes both; the upper one is left as it was, to be overwritten. */
function mergePair({ f32, u16 }: MetricState, { centroids, masses }: HistogramAt, pair: number): void {
  const m0 = u16[masses + pair]!;
  const m1 = u16[masses + pair + 1]!;
  f32[centroids + pair] = (f32[centroids + pair]! * m0 + f32[centroids + pair + 1]! * m1) / (m0 + m1);
  u16[masses + pair] = m0 + m1;
}

function shiftUp({ f32, u16 }: MetricState, { centroids, masses }: HistogramAt, from: number, k: number): void {
  for (let i = k; i > from; i--) {
    f32[centroids + i] = f32[centroids + i - 1]!;
    u16[masses + i] = u16[masses + i - 1]!;
  }
}

/** The past counts half; if it forgets, what has become too light is dropped, and with it old extremes. */
function halve(state: MetricState, at: HistogramAt, forgets: boolean): void {
  const k = state.f32[at.head + COUNT]!;
  for (let i = at.masses; i < at.masses + k; i++) state.u16[i] = (state.u16[i]! + 1) >> 1;
  keepFrom(state, at, forgets ? MASS_UNITS_MIN : 1);
}

/** Drops the centroids that are lighter, and with them old extremes. */
function keepFrom({ f32, u16 }: MetricState, { centroids, masses, head }: HistogramAt, unitsMin: number): void {
  const k = f32[head + COUNT]!;
  let kept = 0;
  let units = 0;
  for (let i = 0; i < k; i++) {
    const mass = u16[masses + i]!;
    if (mass < unitsMin) continue;
    f32[centroids + kept] = f32[centroids + i]!;
    u16[masses + kept] = mass;
    units += mass;
    kept++;
  }
  f32[head + COUNT] = kept;
  f32[head + POINTS] = units / MASS_UNIT;
  f32[head + SMALLEST] = f32[centroids]!;
  f32[head + LARGEST] = f32[centroids + kept - 1]!;
}

/** Mass of what is lent: so light that the first value of the series' own weighs more. */
const LENT_UNITS = 2;

/** Fills an empty histogram with values of others, sorted and different, as many as centroids at most. */
export function lend({ f32, u16 }: MetricState, { centroids, masses, head }: HistogramAt, values: readonly number[]) {
  values.forEach((value, j) => {
    f32[centroids + j] = value;
    u16[masses + j] = LENT_UNITS;
  });
  f32[head + COUNT] = values.length;
  f32[head + POINTS] = (values.length * LENT_UNITS) / MASS_UNIT;
  f32[head + SMALLEST] = values[0]!;
  f32[head + LARGEST] = values[values.length - 1]!;
}

/** Forgets what was lent and never came. Call it before anything is halved. */
export function returnLent(state: MetricState, at: HistogramAt): void {
  const k = state.f32[at.head + COUNT]!;
  let lightest = MASS_UNIT;
  for (let i = at.masses; i < at.masses + k; i++) lightest = Math.min(lightest, state.u16[i]!);
  if (lightest < MASS_UNIT) keepFrom(state, at, MASS_UNIT);
}

/** Centroid number j: its place and its mass in points. */
export function centroidOf({ f32, u16 }: MetricState, { centroids, masses }: HistogramAt, j: number) {
  return { place: f32[centroids + j]!, mass: u16[masses + j]! / MASS_UNIT };
}

export function centroidsIn({ f32 }: MetricState, { head }: HistogramAt): number {
  return f32[head + COUNT]!;
}

/** Sets {@link quantiles}: 10, 50 and 90 % and the scale (q90 − q10)/2.56, at least 0.02 of the range; all 0 when empty. */
export function quantilesOf({ f32, u16 }: MetricState, { centroids, masses, head }: HistogramAt): void {
  const k = f32[head + COUNT]!;
  const units = f32[head + POINTS]! * MASS_UNIT;
  let cumulated = 0;
  let j = 0;
  let mass = k > 0 ? u16[masses]! : 0;
  let before = f32[centroids]!;
  for (let q = 0; q < 3; q++) {
    const wanted = (q === 0 ? 0.1 : q === 1 ? 0.5 : 0.9) * units;
    while (j < k - 1 && cumulated + mass < wanted) {
      cumulated += mass;
      before = f32[centroids + j]!;
      mass = u16[masses + ++j]!;
    }
    const value = k === 0 ? 0 : before + ((f32[centroids + j]! - before) * (wanted - cumulated)) / mass;
    if (q === 0) quantiles.q10 = value;
    else if (q === 1) quantiles.q50 = value;
    else quantiles.q90 = value;
  }
  quantiles.scale =
    k === 0
      ? 0
      : Math.max((quantiles.q90 - quantiles.q10) / 2.56, 0.02 * (f32[head + LARGEST]! - f32[head + SMALLEST]!));
}

/** Distance from the nearest remembered value in units of `scale`; 0 while fewer than two different values are known. */
export function novelty({ f32 }: MetricState, at: HistogramAt, value: number, scale: number): number {
  const { centroids, head } = at;
  const k = f32[head + COUNT]!;
  if (k < 2) return 0;
  const j = firstNotBelow(f32, centroids, k, value);
  const below = j > 0 ? value - f32[centroids + j - 1]! : Number.POSITIVE_INFINITY;
  const above = j < k ? f32[centroids + j]! - value : Number.POSITIVE_INFINITY;
  return Math.min(below, above) / Math.max(scale, TINY);
}

/** How far outside everything seen, in units of the range seen, less one hundredth; 0 inside. */
export function breach({ f32 }: MetricState, { head }: HistogramAt, value: number): number {
  const smallest = f32[head + SMALLEST]!;
  const largest = f32[head + LARGEST]!;
  const outside = Math.max(smallest - value, value - largest);
  return outside <= 0 ? 0 : Math.max(0, outside / (largest - smallest + TINY) - 0.01);
}

export function isEmpty({ f32 }: MetricState, { head }: HistogramAt): boolean {
  return f32[head + COUNT] === 0;
}

export function smallestOf({ f32 }: MetricState, { head }: HistogramAt): number {
  return f32[head + SMALLEST]!;
}

export function largestOf({ f32 }: MetricState, { head }: HistogramAt): number {
  return f32[head + LARGEST]!;
}

/** Adds to every remembered value, as when the origin of a series moves. */
export function shiftAll({ f32 }: MetricState, { centroids, head }: HistogramAt, by: number): void {
  const k = f32[head + COUNT]!;
  for (let i = 0; i < k; i++) f32[centroids + i]! += by;
  f32[head + SMALLEST]! += by;
  f32[head + LARGEST]! += by;
}

/** Index of the first centroid that is not below the value. */
function firstNotBelow(f32: Float32Array, centroids: number, k: number, value: number): number {
  let low = 0;
  let high = k;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (f32[centroids + middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
