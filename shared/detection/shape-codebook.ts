import { log2 } from './logarithm';
import { type CodebookAt, SHAPE, SHAPES, WINDOW } from './metric-layout';
import type { MetricState } from './metric-state';
import { CALIBRATION_GRAINS_MAX, fade, type History, historyOf, surprise } from './tail-calibration';

/** Shapes are kept as whole numbers of 45ths: ±127 holds ±2.8 deviations. */
const UNIT = 45;
const SQUARE_UNIT = 1 / (WINDOW * UNIT * UNIT);
const MASS_UNIT = 8;
/** Beyond this mass all shapes count half. */
const MASS_MAX = 4000;
/** Added to a window's deviation before it is divided by: what is nearly flat has no shape. */
const DEVIATION_MIN = 0.5;
/** Surprises are computed once so many window points were seen. */
const JUDGE_FROM = 25;
const LOG_TWENTIETH = Math.log(0.05);
/** A distance is learnt up to so many times the usual one. */
const LIMIT = 25;
/** A shape is new when farther than this part of the usual distance; foreign enough to replace a rare one; how rare. */
const NEW_FROM = 0.25;
const REPLACE_FROM = 4;
const RARE_BELOW = 0.5;
const GAIN_MIN = 0.02;
const USUAL_GAIN_MIN = 0.002;

/** The current window, z-normalised, in 45ths; distances of all shapes from it. Scratch of one call. */
const z = new Float64Array(WINDOW);
const distances = new Float64Array(SHAPES);
const history: History = { log: 0, factor: 0, unit: 0 };

/**
 * A small online codebook of z-normalised windows. Takes a compressed value; when a window point is full, judges the window
 * by how far it is from every known shape, in terms of how common and how spread out that shape is; then learns it.
 * O(32 × 8) a window point, no allocation.
 *
 * @param counts do surprises count yet?
 */
export function advanceCodebook(state: MetricState, at: CodebookAt, y: number, counts: boolean): void {
  const { f32 } = state;
  f32[at.sum]! += y;
  f32[at.summed]! += 1;
  if (f32[at.summed]! < at.valuesPerPoint) return;
  pushPoint(f32, at);
  const points = f32[at.points]!;
  if (points < WINDOW) return;

  const power = normalise(f32, at.window);
  const nearest = measure(state, at);
  if (f32[at.used]! > 0 && points >= JUDGE_FROM) {
    const judged = judge(state, at, strangeness(state, at, nearest));
    f32[at.surprise] = counts ? judged : 0;
  }
  learn(state, at, nearest, power, points - WINDOW + 1);
  weigh(f32, at, points - WINDOW + 1);
}

function pushPoint(f32: Float32Array, at: CodebookAt): void {
  const { window } = at;
  for (let i = 1; i < WINDOW; i++) f32[window + i - 1] = f32[window + i]!;
  f32[window + WINDOW - 1] = f32[at.sum]! / at.valuesPerPoint;
  f32[at.sum] = 0;
  f32[at.summed] = 0;
  // Beyond 2²⁴ a float32 no longer counts; nothing depends on so large a number.
  if (f32[at.points]! < 1e7) f32[at.points]! += 1;
}

/** Sets {@link z}; gives the window's mean square after normalising. */
function normalise(f32: Float32Array, window: number): number {
  let mean = 0;
  for (let i = 0; i < WINDOW; i++) mean += f32[window + i]!;
  mean /= WINDOW;
  let squares = 0;
  for (let i = 0; i < WINDOW; i++) {
    const d = f32[window + i]! - mean;
    z[i] = d;
    squares += d * d;
  }
  const deviation = Math.sqrt(squares / WINDOW) + DEVIATION_MIN;
  const scale = UNIT / deviation;
  for (let i = 0; i < WINDOW; i++) z[i]! *= scale;
  return squares / WINDOW / (deviation * deviation);
}

/** Sets {@link distances}; gives the nearest shape, −1 if there is none. */
function measure({ f32, i8 }: MetricState, at: CodebookAt): number {
  const used = f32[at.used]!;
  const z0 = z[0]!;
  const z1 = z[1]!;
  const z2 = z[2]!;
  const z3 = z[3]!;
  const z4 = z[4]!;
  const z5 = z[5]!;
  const z6 = z[6]!;
  const z7 = z[7]!;
  let nearest = -1;
  let smallest = Number.POSITIVE_INFINITY;
  for (let j = 0, c = at.shapes; j < used; j++, c += WINDOW) {
    const d0 = z0 - i8[c]!;
    const d1 = z1 - i8[c + 1]!;
    const d2 = z2 - i8[c + 2]!;
    const d3 = z3 - i8[c + 3]!;
    const d4 = z4 - i8[c + 4]!;
    const d5 = z5 - i8[c + 5]!;
    const d6 = z6 - i8[c + 6]!;
    const d7 = z7 - i8[c + 7]!;
    const d = (d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4 + d5 * d5 + d6 * d6 + d7 * d7) * SQUARE_UNIT;
    distances[j] = d;
    if (d < smallest) {
      smallest = d;
      nearest = j;
    }
  }
  return nearest;
}

/** How badly even the best explanation explains the window: distance by the shape's own spread, and how rare it is. */
function strangeness({ f32, u16 }: MetricState, at: CodebookAt, nearest: number): number {
  const used = f32[at.used]!;
  const usual = f32[at.distance]! + 1e-6;
  const commonness = 0.3 * log2(f32[at.total]! * MASS_UNIT) - log2(usual);
  let best = Number.POSITIVE_INFINITY;
  // The nearest first: it is mostly the best, and rules the others out.
  for (let k = -1; k < used; k++) {
    const j = k < 0 ? nearest : k;
    const spread = f32[at.spreads + j]! + 0.05 * usual;
    // It cannot become the best: ln r ≥ ln 0.05, ln r ≥ 1 − 1/r, and rarity only adds.
    const distance = distances[j]!;
    if (distance >= (best - LOG_TWENTIETH) * spread || distance - usual >= (best - 1) * spread) continue;
    const u = distance / spread + Math.LN2 * (log2(spread) - 0.3 * log2(u16[at.masses + j]!) + commonness);
    if (u < best) best = u;
  }
  return Math.sqrt(Math.max(0, best - LOG_TWENTIETH));
}

function judge(state: MetricState, at: CodebookAt, statistic: number): number {
  const { f32 } = state;
  const before = f32[at.calibrated]!;
  historyOf(before, history);
  const judged = surprise(state, at.calibration, statistic, history);
  f32[at.calibrated] = before + 1;
  if (before + 1 > CALIBRATION_GRAINS_MAX) {
    fade(state, at.calibration);
    f32[at.calibrated] = (before + 1) / 2;
  }
  return judged;
}

function learn(state: MetricState, at: CodebookAt, nearest: number, power: number, windows: number): void {
  const { f32 } = state;
  const gain = Math.max(USUAL_GAIN_MIN, 1 / windows);
  const v2 = f32[at.power]!;
  f32[at.power] = v2 + gain * ((v2 > 0 ? Math.min(power, LIMIT * v2) : power) - v2);
  if (nearest < 0) {
    add(state, at, 0, 0);
    return;
  }
  const s2 = f32[at.distance]!;
  const far = distances[nearest]!;
  const limited = s2 > 0 ? Math.min(far, LIMIT * s2) : far;
  f32[at.distance] = s2 + gain * (limited - s2);

  const usual = f32[at.distance]!;
  const used = f32[at.used]!;
  if (used < SHAPES && far > NEW_FROM * usual) add(state, at, used, usual);
  else if (used === SHAPES && far > REPLACE_FROM * usual) replaceRarest(state, at, nearest, usual);
  else adapt(state, at, nearest, limited);
  if (f32[at.total]! > MASS_MAX) halveMasses(state, at);
}

function add(state: MetricState, at: CodebookAt, place: number, spread: number): void {
  writeShape(state, at, place, spread);
  state.f32[at.used] = place + 1;
  state.f32[at.total]! += 1;
}

/** A window far from all shapes takes the place of the rarest one, if that is rare enough. */
function replaceRarest(state: MetricState, at: CodebookAt, nearest: number, spread: number): void {
  const { f32, u16 } = state;
  let rarest = 0;
  for (let j = 1; j < SHAPES; j++) if (u16[at.masses + j]! < u16[at.masses + rarest]!) rarest = j;
  const mass = u16[at.masses + rarest]! / MASS_UNIT;
  if (mass < (RARE_BELOW * f32[at.total]!) / SHAPES) {
    f32[at.total]! += 1 - mass;
    writeShape(state, at, rarest, spread);
  } else {
    u16[at.masses + nearest]! += MASS_UNIT;
    f32[at.total]! += 1;
  }
}

function writeShape({ f32, u16, i8 }: MetricState, at: CodebookAt, place: number, spread: number): void {
  const c = at.shapes + place * WINDOW;
  for (let i = 0; i < WINDOW; i++) i8[c + i] = limited(Math.round(z[i]!));
  u16[at.masses + place] = MASS_UNIT;
  f32[at.spreads + place] = spread;
}

/** Moves the nearest shape towards the window; rounding is by chance, so that small moves are not lost. */
function adapt(state: MetricState, at: CodebookAt, place: number, distance: number): void {
  const { f32, u16, u32, i8 } = state;
  u16[at.masses + place]! += MASS_UNIT;
  f32[at.total]! += 1;
  const gain = Math.max(GAIN_MIN, MASS_UNIT / u16[at.masses + place]!);
  const c = at.shapes + place * WINDOW;
  let random = u32[SHAPE.random]!;
  for (let i = 0; i < WINDOW; i++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const moved = i8[c + i]! + gain * (z[i]! - i8[c + i]!) + random / 2 ** 32;
    i8[c + i] = limited(Math.floor(moved));
  }
  u32[SHAPE.random] = random;
  f32[at.spreads + place]! += gain * (distance - f32[at.spreads + place]!);
}

function halveMasses({ f32, u16 }: MetricState, at: CodebookAt): void {
  let units = 0;
  for (let j = 0; j < f32[at.used]!; j++) {
    u16[at.masses + j] = (u16[at.masses + j]! + 1) >> 1;
    units += u16[at.masses + j]!;
  }
  f32[at.total] = units / MASS_UNIT;
}

/** The family earns its weight by how much of the series its own codebook explains. */
function weigh(f32: Float32Array, at: CodebookAt, windows: number): void {
  const power = f32[at.power]!;
  const explained = power > 0 ? 1 - f32[at.distance]! / power : 0;
  f32[at.earned] = unit((explained - 0.8) / 0.15) * Math.min(1, windows / 100);
  f32[at.weight] = unit((explained - 0.5) / 0.45);
}

function unit(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

function limited(value: number): number {
  return Math.min(Math.max(value, -127), 127);
}
