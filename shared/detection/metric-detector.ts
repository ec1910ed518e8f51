import { expectation, foresee, learnExpectation, startExpectation } from './expectation';
import { seasonFamily, valueFamily, variabilityFamily } from './families';
import { coarsestGrain, forgetsNow } from './forgetting';
import { advanceFrozen } from './frozen';
import { BASE_BYTES, CALIBRATIONS, F32, GRAIN, U32, VALUES } from './metric-layout';
import type { MetricState } from './metric-state';
import { judgeSeason, learnHour, learnWeek, seasonal, startSeason } from './seasonal-profile';
import { advanceShapes, shapeFamily } from './shape-family';
import {
  breach,
  isEmpty,
  largestOf,
  novelty,
  quantiles,
  quantilesOf,
  remember,
  returnLent,
  smallestOf,
} from './streaming-histogram';
import { startEvidence, sustain } from './sustained-evidence';
import { CALIBRATION_GRAINS_MAX, fade, type History, halve, historyOf, surprise } from './tail-calibration';
import { compress, followOrigin, magnitude, startScale, toOffset } from './value-scale';
import { judgeVariability, learnStep, learnVariability, variability } from './variability';

/** Statistics are computed, and calibrations learn, once so many values were seen. */
const STATISTICS_FROM = 13;
/** Surprises count once so many values were seen … */
export const LEARNING_NEEDS = 20;
/** … and the calibrations hold so many points, borrowed ones included. */
const CALIBRATED_NEEDS = 27;
/** Keeps a division by the scale defined where everything is zero. */
const TINY = 1e-30;

/** What other series lent of their values is given back once so many of its own were seen. */
const LENT_UNTIL = 200;

/** Values between two looks at whether the origin should follow. */
const ORIGIN_CHECK = 64;
const HOUR_S = 3600;

/** What {@link advanceMetric} found; one of these serves any number of calls. */
export interface Findings {
  /** Nine surprises in the order of the features. */
  readonly surprises: Float64Array;
  evidence: number;
  /** Surprise of a run of equal values. */
  frozen: number;
  /** Surprise of the shape family and the weight it has earned; 0 in a state without shapes. */
  shape: number;
  shapeWeight: number;
  /** Before the value came: is there a band, its centre and half its width on the compressed scale, and that scale. */
  expects: boolean;
  centre: number;
  halfWidth: number;
  median: number;
  scale: number;
  /** Smallest and largest value remembered before this one, as offsets. */
  smallest: number;
  largest: number;
  /** How many times as much values have changed of late as they usually do. */
  stepRatio: number;
}

export function createFindings(): Findings {
  return {
    surprises: new Float64Array(9),
    evidence: 0,
    frozen: 0,
    shape: 0,
    shapeWeight: 0,
    expects: false,
    centre: 0,
    halfWidth: 0,
    median: 0,
    scale: 0,
    smallest: 0,
    largest: 0,
    stepRatio: 1,
  };
}

export function startMetric(state: MetricState): void {
  startSeason(state);
  startEvidence(state);
  startExpectation(state);
}

/**
 * Stage 1 for one value of one metric: judges it by what was learnt before, then learns from it. O(1), no allocation.
 *
 * @param value finite, in the metric's unit
 * @param wallS seconds of the wall clock at the source, any epoch
 * @param gap did a gap in time end with this value? The step across it is no news.
 * @param found receives the findings
 */
export function advanceMetric(state: MetricState, value: number, wallS: number, gap: boolean, found: Findings): void {
  const { f32, u32 } = state;
  const seen = u32[U32.seen]!;
  if (seen === 0 && isEmpty(state, VALUES)) startScale(state, value);
  if (seen === LENT_UNTIL) returnLent(state, VALUES);
  quantilesOf(state, VALUES);
  if (seen % ORIGIN_CHECK === 0 && followOrigin(state)) quantilesOf(state, VALUES);
  const x = toOffset(state, value);
  const median = quantiles.q50;
  const scale = scaleAt(state, x);
  const y = seen === 0 ? 0 : compress((x - median) / scale);
  const hourCount = Math.floor(wallS / HOUR_S);
  const hour = modulo(hourCount, 24);
  const hourOfWeek = modulo(hourCount, 168);

  const last = seen === 0 ? 0 : compress((f32[F32.last]! - median) / scale);
  foresee(state, last, hour, seen);
  describe(state, median, scale, found);
  const counts = seen >= LEARNING_NEEDS && f32[F32.calibrated]! >= CALIBRATED_NEEDS;
  if (seen >= STATISTICS_FROM) {
    if (!gap) learnStep(state, x - f32[F32.last]!, scale, seen);
    judgeSeason(state, y, hour, hourOfWeek);
    judgeVariability(state);
    calibrate(state, x, scale, counts, found.surprises);
    learnVariability(state, seen);
  } else found.surprises.fill(0);
  found.frozen = advanceFrozen(state, seen > 0 && x === f32[F32.last], seen, counts);
  found.stepRatio = Math.exp(f32[F32.step12]! - f32[F32.step400]!);
  found.evidence = sustain(state, basicScore(found.surprises));
  if (state.bytes.length > BASE_BYTES) {
    advanceShapes(state, y, counts);
    found.shape = shapeFamily.surprise;
    found.shapeWeight = shapeFamily.earned;
  }
  learnExpectation(state, y, last, hour, seen);
  if (seen >= STATISTICS_FROM) {
    learnHour(state, y, hour);
    learnWeek(state, y, hourOfWeek);
  }
  remember(state, VALUES, x, forgetsNow);
  f32[F32.last] = x;
  u32[U32.seen] = seen + 1;
}

/** Result of {@link judgeAlone}, overwritten by each call: surprises of the features of the same names. */
const alone = { novelty: 0, breach: 0, hourScaled: 0, hour: 0 };

/**
 * What one value shows by itself, against values and hours that a memory holds: no course, no steps, no shape, and as if
 * enough had been learnt.
 *
 * @param state must hold values; it is as good as lost afterwards
 */
export function judgeAlone(state: MetricState, value: number, wallS: number): Readonly<typeof alone> {
  quantilesOf(state, VALUES);
  const x = toOffset(state, value);
  const scale = scaleAt(state, x);
  const hourCount = Math.floor(wallS / HOUR_S);
  judgeSeason(state, compress((x - quantiles.q50) / scale), modulo(hourCount, 24), modulo(hourCount, 168));
  historyOf(state.f32[F32.calibrated]!, history);
  alone.novelty = surprise(state, CALIBRATIONS[0]!, novelty(state, VALUES, x, scale), history);
  alone.breach = surprise(state, CALIBRATIONS[1]!, breach(state, VALUES, x), history);
  alone.hourScaled = surprise(state, CALIBRATIONS[2]!, seasonal.hourScaled, history);
  alone.hour = surprise(state, CALIBRATIONS[3]!, seasonal.hour, history);
  return alone;
}

/** What distances are measured in; reads {@link quantiles} of the values. */
function scaleAt(state: MetricState, x: number): number {
  return quantiles.scale > 0 ? quantiles.scale : 0.05 * magnitude(state, x) + TINY;
}

function basicScore(s: Float64Array): number {
  const value = valueFamily(s[0]!, s[1]!);
  const season = seasonFamily(s[2]!, s[3]!, s[4]!, s[8]!);
  const change = variabilityFamily(s[5]!, s[6]!, s[7]!);
  return Math.sqrt((value * value + season * season + change * change) / 3);
}

function describe(state: MetricState, median: number, scale: number, found: Findings): void {
  found.expects = expectation.known;
  found.centre = expectation.centre;
  found.halfWidth = expectation.halfWidth;
  found.median = median;
  found.scale = scale;
  found.smallest = smallestOf(state, VALUES);
  found.largest = largestOf(state, VALUES);
}

/** Turns the nine statistics into surprises. */
function calibrate(state: MetricState, x: number, scale: number, counts: boolean, surprises: Float64Array): void {
  const grain = state.u8[GRAIN]!;
  historyOf(state.f32[F32.calibrated]! * (1 << grain), history, grain);
  const statistics = raw;
  statistics[0] = novelty(state, VALUES, x, scale);
  statistics[1] = breach(state, VALUES, x);
  statistics[2] = seasonal.hourScaled;
  statistics[3] = seasonal.hour;
  statistics[4] = seasonal.hourSustained;
  statistics[5] = variability.rise;
  statistics[6] = variability.novelty12;
  statistics[7] = variability.novelty64;
  statistics[8] = seasonal.weekSustained;
  for (let k = 0; k < 9; k++) {
    const judged = surprise(state, CALIBRATIONS[k]!, statistics[k]!, history);
    surprises[k] = counts ? judged : 0;
  }
  state.f32[F32.calibrated]! += 1 / (1 << grain);
  if (state.f32[F32.calibrated]! > CALIBRATION_GRAINS_MAX) makeRoom(state);
}
const raw = new Float64Array(9);
const history: History = { log: 0, factor: 0, unit: 0 };

/** Calibrations are full: the same points in a coarser grain, or, where a week is known, the past counts half. */
function makeRoom(state: MetricState): void {
  const grows = state.u8[GRAIN]! < coarsestGrain(state);
  for (let k = 0; k < 9; k++) (grows ? halve : fade)(state, CALIBRATIONS[k]!);
  state.f32[F32.calibrated]! /= 2;
  if (grows) state.u8[GRAIN]! += 1;
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}
