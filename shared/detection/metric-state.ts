import { slabBytes } from './slab';

/**
 * The memory of one metric: one block of bytes, read and written in place through typed views. What is kept at rest is a copy
 * of the block, so a state that was saved and loaded goes on exactly as if it had stayed in memory; every number is therefore
 * held in the width in which it is stored. Little-endian, as every platform is that Node runs on.
 */
export interface MetricState {
  readonly bytes: Uint8Array;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
}

/** Memory that was given back, by its length. What is beyond some batches' needs is left to the garbage collector. */
const released = new Map<number, MetricState[]>();
const RELEASED_MAX = 8_192;

/** Memory of its own, all zero, of a length that the layout gives (a multiple of 8). */
export function createMetricState(length: number): MetricState {
  const used = released.get(length)?.pop();
  if (used === undefined) return viewsOf(slabBytes(length));
  used.bytes.fill(0);
  return used;
}

/**
 * Gives memory back to whoever asks for its length next: its views cost more than all that is done with them for one point.
 * Nobody may use it from here on. What is never given back is garbage like any other.
 */
export function releaseMetricState(state: MetricState): void {
  const { length } = state.bytes;
  const known = released.get(length);
  if (known === undefined) released.set(length, [state]);
  else if (known.length < RELEASED_MAX) known.push(state);
}

/** A copy of a state at rest; a shorter one (of an earlier layout) is filled with zeros, a longer one (of a later) is cut. */
export function openMetricState(saved: Uint8Array, length: number): MetricState {
  const state = createMetricState(length);
  state.bytes.set(saved.length > length ? saved.subarray(0, length) : saved);
  return state;
}

/** The state at rest: a copy. */
export function saveMetricState(state: MetricState): Uint8Array {
  return state.bytes.slice();
}

function viewsOf(bytes: Uint8Array): MetricState {
  const { buffer, byteOffset, length } = bytes;
  return {
    bytes,
    f64: new Float64Array(buffer, byteOffset, length / 8),
    f32: new Float32Array(buffer, byteOffset, length / 4),
    u32: new Uint32Array(buffer, byteOffset, length / 4),
    i16: new Int16Array(buffer, byteOffset, length / 2),
    u16: new Uint16Array(buffer, byteOffset, length / 2),
    u8: bytes,
    i8: new Int8Array(buffer, byteOffset, length),
  };
}
