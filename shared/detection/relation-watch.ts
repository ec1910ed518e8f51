import { noteArrival, standingOf } from './arrival';
import { learnTime } from './cadence';
import { F64, HEAD_BYTES, U32, VERSION } from './metric-layout';
import type { JudgedObservation } from './metric-observation';
import { createMetricState, type MetricState, openMetricState } from './metric-state';
import { type FeatureVector, roundFeature } from './model';
import { holdMsOf, presentHoldMsOf } from './observe-metric';
import {
  RelationDetector,
  type RelationReading,
  relationAlarmFeature,
  relationFeature,
  relationReading,
} from './relations/relation-detector';
import { RELATION_SETTINGS } from './relations/relation-settings';
import { relationReasons } from './relations/relation-words';

const STATE_VERSION = 1;
/** From this part of the alarm limit on, reasons are written down in case it is an alarm. */
const REASONS_FROM = 0.5;

/** A source's relations: when its points came, the episode, and the detector once points with several metrics came. */
export interface RelationWatch {
  /** Head of a metric's layout: arrivals, cadence, episode. */
  readonly state: MetricState;
  detector: RelationDetector | undefined;
}

const reading: RelationReading = relationReading();
const values = new Float64Array(RELATION_SETTINGS.metricsMax);

/** At rest: the head, then the detector's own bytes. What no version wrote starts anew. */
export function openRelations(saved: Uint8Array | undefined): RelationWatch {
  if (!saved || saved[VERSION] !== STATE_VERSION || saved.length < HEAD_BYTES) {
    const state = createMetricState(HEAD_BYTES);
    state.u8[VERSION] = STATE_VERSION;
    return { state, detector: undefined };
  }
  const rest = saved.subarray(HEAD_BYTES);
  return { state: openMetricState(saved, HEAD_BYTES), detector: rest.length > 0 ? decoded(rest) : undefined };
}

function decoded(bytes: Uint8Array): RelationDetector | undefined {
  try {
    return RelationDetector.decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function saveRelations({ state, detector }: RelationWatch): Uint8Array {
  const relations = detector?.encode() ?? new Uint8Array(0);
  const bytes = new Uint8Array(HEAD_BYTES + relations.length);
  bytes.set(state.bytes);
  bytes.set(relations, HEAD_BYTES);
  return bytes;
}

/**
 * Stage 1 for the metrics of one point together.
 *
 * @param measured what is judged of each metric (of a counter its growth), in any order
 * @returns undefined when there is nothing to say: fewer than two metrics, or a point that is not the newest
 */
export function observeRelations(
  watch: RelationWatch,
  timestamp: number,
  measured: ReadonlyMap<string, number>,
): JudgedObservation | undefined {
  const { state } = watch;
  if (standingOf(state, timestamp, 0) !== 'current') return undefined;
  const stepMs = timestamp - state.f64[F64.newest]!;
  const gap = learnTime(state, timestamp);
  noteArrival(state, timestamp);
  state.u32[U32.seen]! += 1;
  if (!watch.detector && measured.size < 2) return undefined;
  watch.detector ??= new RelationDetector();
  const { detector } = watch;
  lay(detector, measured);
  detector.advance(values.subarray(0, detector.names.length), gap, reading);
  return reading.judged ? observation(detector, state, stepMs) : undefined;
}

/** The row as the detector wants it: known metrics in their places, new ones appended. */
function lay(detector: RelationDetector, measured: ReadonlyMap<string, number>): void {
  if (detector.hasRoom && hasUnknown(detector, measured)) detector.join([...measured.keys()]);
  values.fill(Number.NaN);
  for (const [name, value] of measured) {
    const place = detector.placeOf(name);
    if (place >= 0) values[place] = value;
  }
}

function hasUnknown(detector: RelationDetector, measured: ReadonlyMap<string, number>): boolean {
  for (const name of measured.keys()) if (detector.placeOf(name) < 0) return true;
  return false;
}

function observation(detector: RelationDetector, state: MetricState, stepMs: number): JudgedObservation {
  return {
    metric: undefined,
    value: undefined,
    standing: 'current',
    features: vectorOf(reading),
    expected: undefined,
    lower: undefined,
    upper: undefined,
    learnt: detector.rows,
    learningNeeds: RELATION_SETTINGS.alarmFromRow,
    holdMs: holdMsOf(state),
    presentHoldMs: presentHoldMsOf(state, stepMs),
    stepMs,
    broken: reading.level >= REASONS_FROM ? relationReasons(detector, reading) : [],
  };
}

function vectorOf(from: RelationReading): FeatureVector {
  return [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    roundFeature(relationFeature(from)),
    roundFeature(relationAlarmFeature(from)),
    0,
  ];
}
