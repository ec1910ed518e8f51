import { asinh, log2 } from './logarithm';

describe('the logarithm by table', () => {
  it('agrees with the exact one over the whole range', () => {
    for (let value = 1e-290; value < 1e290; value *= 1.37)
      expect(Math.abs(log2(value) - Math.log2(value))).toBeLessThan(1e-9);
  });

  it('is exact at powers of two', () => {
    for (let exponent = -100; exponent <= 100; exponent++) expect(log2(2 ** exponent)).toBe(exponent);
  });

  it('gives an odd inverse hyperbolic sine', () => {
    for (const value of [0, 1e-6, 0.3, 1, 7, 1e9]) {
      expect(asinh(value)).toBeCloseTo(Math.asinh(value), 9);
      expect(asinh(-value) + asinh(value)).toBe(0);
    }
  });
});
