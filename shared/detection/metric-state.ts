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

/** Memory is taken from the system for so many bytes at once: a buffer of its own costs a state several microseconds. */
const SLAB_BYTES = 65_536;
let slab = new ArrayBuffer(0);
let taken = 0;

/** Fresh memory, all zero, of a length that the layout gives (a multiple of 8). */
export function createMetricState(length: number): MetricState {
  if (length > SLAB_BYTES) return viewsOf(new ArrayBuffer(length), 0, length);
  if (taken + length > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    taken = 0;
  }
  const state = viewsOf(slab, taken, length);
  taken += length;
  return state;
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

function viewsOf(buffer: ArrayBuffer, offset: number, length: number): MetricState {
  const bytes = new Uint8Array(buffer, offset, length);
  return {
    bytes,
    f64: new Float64Array(buffer, offset, length / 8),
    f32: new Float32Array(buffer, offset, length / 4),
    u32: new Uint32Array(buffer, offset, length / 4),
    i16: new Int16Array(buffer, offset, length / 2),
    u16: new Uint16Array(buffer, offset, length / 2),
    u8: bytes,
    i8: new Int8Array(buffer, offset, length),
  };
}
