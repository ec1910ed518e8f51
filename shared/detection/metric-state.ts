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

/** Fresh memory, all zero, of a length that the layout gives. */
export function createMetricState(length: number): MetricState {
  return viewsOf(new ArrayBuffer(length));
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

function viewsOf(buffer: ArrayBuffer): MetricState {
  const bytes = new Uint8Array(buffer);
  return {
    bytes,
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
    u32: new Uint32Array(buffer),
    i16: new Int16Array(buffer),
    u16: new Uint16Array(buffer),
    u8: bytes,
    i8: new Int8Array(buffer),
  };
}
