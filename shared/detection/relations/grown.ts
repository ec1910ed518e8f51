/** Copies what a smaller array holds to the beginning of a larger one. */
export function grown<A extends Float32Array | Float64Array | Uint8Array | Uint16Array>(smaller: A, larger: A): A {
  larger.set(smaller);
  return larger;
}
