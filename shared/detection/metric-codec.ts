import { startMetric } from './metric-detector';
import { FULL_BYTES, HEAD_BYTES, U32, VERSION } from './metric-layout';
import { createMetricState, type MetricState, openMetricState, saveMetricState } from './metric-state';

/**
 * Version of the layout. Fields added at its end keep the number: an older reader ignores them, a newer one finds zeros. A
 * changed meaning raises it, with an upgrade from the version before in {@link decodeMetric}.
 */
export const STATE_VERSION = 1;

/** A metric of which nothing is known. */
export function newMetric(): MetricState {
  const state = createMetricState(FULL_BYTES);
  state.bytes[VERSION] = STATE_VERSION;
  startMetric(state);
  return state;
}

/** The state at rest as it was saved; undefined for bytes that no version wrote: the metric then starts anew. */
export function decodeMetric(saved: Uint8Array): MetricState | undefined {
  if (saved.length === 0 || saved[VERSION] !== STATE_VERSION) return undefined;
  return openMetricState(saved, FULL_BYTES);
}

/** Forgets what was learnt of a metric's values, not when they came nor its episode. */
export function forgetValues(state: MetricState): void {
  state.bytes.fill(0, HEAD_BYTES);
  state.u32[U32.seen] = 0;
  startMetric(state);
}

export const encodeMetric = saveMetricState;
