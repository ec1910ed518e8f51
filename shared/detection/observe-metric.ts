import { hasArrived, noteArrival, standingOf, wasRecent } from './arrival';
import { commonBeginning } from './beginning';
import { learnTime } from './cadence';
import { becomes, growthRate, isCounter, readingKind } from './counter';
import { awaitConfirmation, believeStep } from './leap';
import { decodeMetric, forgetValues } from './metric-codec';
import { advanceMetric, createFindings, type Findings, LEARNING_NEEDS } from './metric-detector';
import { CADENCE, F64, READING, U32, VALUES } from './metric-layout';
import type { JudgedObservation } from './metric-observation';
import type { MetricState } from './metric-state';
import { type FeatureVector, roundFeature } from './model';
import type { Observation, Standing } from './source-detector';
import { isEmpty, largestOf, smallestOf } from './streaming-histogram';
import { expand, fromOffset, toOffset } from './value-scale';

/**
 * An alarm holds for so many usual steps between values; of a fast sensor for at least ten minutes, of a slow one no longer
 * than two days.
 */
const HOLD_STEPS = 99.5;
const HOLD_MS_MIN = 600_000;
const HOLD_MS_MAX = 48 * 3_600_000;
const PACE_TOLERANCE = 4;

export function holdMsOf(state: MetricState): number {
  return holdMs(state.f32[CADENCE]!);
}

/** As {@link holdMsOf} for the pace of the last step, which may be up to four times as fast by chance. */
export function presentHoldMsOf(state: MetricState, stepMs: number): number {
  return holdMs(Math.min(state.f32[CADENCE]!, PACE_TOLERANCE * stepMs));
}

function holdMs(cadenceMs: number): number {
  return Math.min(Math.max(HOLD_STEPS * cadenceMs, HOLD_MS_MIN), HOLD_MS_MAX);
}

/** What a metric is told with each reading. */
export interface Reading {
  readonly metric: string;
  readonly value: number;
  /** Epoch milliseconds, and the wall clock at the source as if it hung in UTC. */
  readonly timestamp: number;
  readonly wallMs: number;
  readonly allowedLatenessMs: number;
  /** Is it a counter? Undefined: to be detected. */
  readonly counter: boolean | undefined;
}

/**
 * What is judged of a reading: itself, or of a counter its growth a second. A judged value v stands for the reading
 * `base + perUnit · v`. Result of {@link measure}, overwritten by each call.
 */
export const quantity = { known: false, value: 0, isGrowth: false, base: 0, perUnit: 1 };

const found: Findings = createFindings();

/**
 * Stage 1 for one reading: where it stands in time, what it is judged by, and learning from it. Sets {@link quantity}, not
 * known when nothing was learnt.
 */
export function observeMetric(state: MetricState, reading: Reading): Observation {
  const standing = standingOf(state, reading.timestamp, reading.allowedLatenessMs);
  quantity.known = false;
  if (standing === 'late') return observeAside(state, reading, 'late');
  if (standing !== 'current') return unjudged(reading, standing, state);
  if (!hasArrived(state) && !suits(state, reading)) forgetValues(state, commonBeginning());
  measure(state, reading);
  const stepMs = reading.timestamp - state.f64[F64.newest]!;
  believeStep(state, stepMs);
  const gap = learnTime(state, reading.timestamp);
  noteArrival(state, reading.timestamp);
  state.f64[READING] = reading.value;
  if (!quantity.known) return unjudged(reading, 'current', state);
  advanceMetric(state, quantity.value, reading.wallMs / 1000, gap, found);
  return judged(reading, 'current', state, state.u32[U32.seen]!, stepMs);
}

/** Does a first reading lie where the values do that were lent to the series, if any were? Counters borrow none. */
function suits(state: MetricState, { value, counter }: Reading): boolean {
  if (isEmpty(state, VALUES)) return true;
  const offset = toOffset(state, value);
  const [smallest, largest] = [smallestOf(state, VALUES), largestOf(state, VALUES)];
  const margin = (largest - smallest) / 2;
  return counter !== true && offset >= smallest - margin && offset <= largest + margin;
}

/** A reading so far ahead that the next must confirm it: nothing is learnt of it but that it came. */
export function observeLeap(state: MetricState, reading: Reading): Observation {
  quantity.known = false;
  if (wasRecent(state, reading.timestamp)) return unjudged(reading, 'duplicate', state);
  awaitConfirmation(state, reading.timestamp);
  return observeAside(state, reading, 'unconfirmed');
}

/** A value that is not learnt is judged by a copy, which then is thrown away; such a reading of a counter says nothing of its growth. */
function observeAside(state: MetricState, reading: Reading, standing: 'late' | 'unconfirmed'): Observation {
  noteArrival(state, reading.timestamp);
  if (isCounter(state)) return unjudged(reading, standing, state);
  const copy = decodeMetric(state.bytes)!;
  asItself(reading.value);
  advanceMetric(copy, reading.value, reading.wallMs / 1000, standing === 'unconfirmed', found);
  quantity.known = false;
  return judged(reading, standing, copy, state.u32[U32.seen]!, state.f32[CADENCE]!);
}

/** Sets {@link quantity}; makes the metric forget what it learnt when it turns out to be of the other kind. */
function measure(state: MetricState, { value, timestamp, counter }: Reading): void {
  asItself(value);
  if (!hasArrived(state)) {
    if (counter) becomes(state, 'counter');
    quantity.known = counter !== true;
    return;
  }
  const kind = readingKind(state, value, counter);
  if (kind === 'gauge') return;
  const last = state.f64[READING]!;
  if (kind !== 'counter') {
    forgetValues(state, commonBeginning());
    becomes(state, kind === 'turns-counter' ? 'counter' : 'gauge');
    state.f64[READING] = last;
  }
  if (kind === 'turns-gauge') return;
  quantity.isGrowth = true;
  quantity.value = growthRate(state, value, timestamp);
  quantity.base = value >= last ? last : 0;
  quantity.perUnit = (timestamp - state.f64[F64.newest]!) / 1000;
}

function asItself(value: number): void {
  quantity.known = true;
  quantity.value = value;
  quantity.isGrowth = false;
  quantity.base = 0;
  quantity.perUnit = 1;
}

/** A value that is stored only. */
export function unjudged(
  { metric, value }: { readonly metric: string; readonly value: number },
  standing: Standing,
  state?: MetricState,
): Observation {
  return {
    metric,
    value,
    standing,
    features: undefined,
    expected: undefined,
    lower: undefined,
    upper: undefined,
    learnt: state?.u32[U32.seen] ?? 0,
    learningNeeds: LEARNING_NEEDS,
  };
}

/** The findings as they travel. `state` is the one that they came from. */
function judged(
  { metric, value, timestamp, wallMs }: Reading,
  standing: 'current' | 'late' | 'unconfirmed',
  state: MetricState,
  learnt: number,
  stepMs: number,
): JudgedObservation {
  const band = found.expects;
  const expected = band ? bandAt(state, 0) : undefined;
  const knownMs = timestamp - state.f64[F64.first]!;
  return {
    metric,
    value,
    standing,
    features: vectorOf(found),
    expected: toReading(expected),
    lower: band ? toReading(bandAt(state, -1)) : undefined,
    upper: band ? toReading(bandAt(state, 1)) : undefined,
    learnt,
    learningNeeds: LEARNING_NEEDS,
    holdMs: holdMsOf(state),
    presentHoldMs: presentHoldMsOf(state, stepMs),
    stepMs,
    circumstances: {
      value: quantity.value,
      unit: quantity.isGrowth ? ' a second' : '',
      smallest: fromOffset(state, found.smallest),
      largest: fromOffset(state, found.largest),
      expected,
      stepRatio: found.stepRatio,
      rememberedMs: Math.min(knownMs, 2 * VALUES.pointsMax * state.f32[CADENCE]!),
      knownMs,
      wallMs,
    },
  };
}

/** A point of the band: −1 its lower edge, 0 its centre, 1 its upper edge. */
function bandAt(state: MetricState, part: -1 | 0 | 1): number {
  return fromOffset(state, found.median + found.scale * expand(found.centre + part * found.halfWidth));
}

function toReading(judgedValue: number | undefined): number | undefined {
  return judgedValue === undefined ? undefined : quantity.base + quantity.perUnit * judgedValue;
}

function vectorOf({ surprises: s, evidence, shape, shapeWeight, frozen }: Findings): FeatureVector {
  return [
    roundFeature(s[0]!),
    roundFeature(s[1]!),
    roundFeature(s[2]!),
    roundFeature(s[3]!),
    roundFeature(s[4]!),
    roundFeature(s[5]!),
    roundFeature(s[6]!),
    roundFeature(s[7]!),
    roundFeature(s[8]!),
    roundFeature(shape),
    roundFeature(shapeWeight),
    roundFeature(evidence),
    0,
    0,
    roundFeature(frozen),
  ];
}
