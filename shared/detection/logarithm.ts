/** Table steps of an octave. */
const STEPS = 256;
const LOGS = Float64Array.from({ length: STEPS }, (_, k) => Math.log2(1 + k / STEPS));
const INVERSES = Float64Array.from({ length: STEPS }, (_, k) => 1 / (1 + k / STEPS));
const LOG2_E = Math.LOG2E;
const EXPONENT_OF_ONE = 1023;

export const LOG10_2 = Math.log10(2);

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/**
 * log₂ by table and a short series, within 1e-10: several times faster than Math.log2, of which the engine would need
 * dozens a point.
 *
 * @param value finite, ≥ 1e-300
 */
export function log2(value: number): number {
  number[0] = value;
  const high = words[1]!;
  const exponent = (high >>> 20) - EXPONENT_OF_ONE;
  const step = (high >>> 12) & (STEPS - 1);
  words[1] = (high & 0xfffff) | (EXPONENT_OF_ONE << 20);
  const rest = number[0]! * INVERSES[step]! - 1;
  return exponent + LOGS[step]! + LOG2_E * rest * (1 - rest * (0.5 - rest / 3));
}

/** The inverse hyperbolic sine from the same logarithm, odd to the bit. */
export function asinh(value: number): number {
  const size = Math.abs(value);
  const result = Math.LN2 * log2(size + Math.sqrt(size * size + 1));
  return value < 0 ? -result : result;
}
