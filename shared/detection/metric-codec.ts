import { startMetric } from './metric-detector';
import { FULL_BYTES, HEAD_BYTES, U32, VERSION } from './metric-layout';
import { PACKED_VERSION, packMetric, unpackMetric } from './metric-packing';
import { createMetricState, type MetricState, openMetricState, saveMetricState } from './metric-state';

/**
 * Version of the layout. Fields added at its end keep the number: an older reader ignores them, a newer one finds zeros. A
 * changed meaning raises it; {@link READERS} then also reads the version before.
 */
export const STATE_VERSION = 1;

/** How a state at rest of each version is read: this one, and the one before once there is one. */
const READERS: ReadonlyMap<number, (saved: Uint8Array) => MetricState | undefined> = new Map([
  [STATE_VERSION, (saved: Uint8Array) => openMetricState(saved, FULL_BYTES)],
  [PACKED_VERSION, (saved: Uint8Array) => unpackMetric(saved, STATE_VERSION)],
]);

/** A metric of which nothing is known, and that borrows nothing. */
export function emptyMetric(): MetricState {
  const state = createMetricState(FULL_BYTES);
  state.bytes[VERSION] = STATE_VERSION;
  startMetric(state);
  return state;
}

/** Memories that a metric may begin with: a state at rest of which nothing has been seen, see beginning.ts. */
export type Beginning = Uint8Array;

/** The state at rest as it was saved; undefined for bytes that no version wrote: the metric then starts anew. */
export function decodeMetric(saved: Uint8Array): MetricState | undefined {
  return READERS.get(saved[VERSION] ?? 0)?.(saved);
}

/** Forgets what was learnt of a metric's values, not when they came nor its episode. */
export function forgetValues(state: MetricState, beginning: Beginning): void {
  state.bytes.fill(0, HEAD_BYTES);
  state.bytes.set(beginning.subarray(HEAD_BYTES), HEAD_BYTES);
  state.u32[U32.seen] = 0;
}

/** The state at rest: without its zeros where that is shorter. The same state always gives the same bytes. */
export function encodeMetric(state: MetricState): Uint8Array {
  return packMetric(state) ?? saveMetricState(state);
}

/** A metric that has seen nothing itself. */
export function newMetric(beginning: Beginning): MetricState {
  return openMetricState(beginning, FULL_BYTES);
}
