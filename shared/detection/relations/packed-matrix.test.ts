import { diagonalAt, invert, multiply, packedAt, packedLength, setIdentity } from './packed-matrix';
import { normals } from './relations.factory';

/** Second moments of as many random rows. */
function moments(size: number, rows: number, seed: number): Float64Array {
  const noise = normals(seed);
  const packed = new Float64Array(packedLength(size));
  for (let r = 0; r < rows; r++) {
    const row = Array.from({ length: size }, noise);
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) packed[packedAt(i, j)]! += (row[i]! * row[j]!) / rows;
  }
  return packed;
}

describe('a packed symmetric matrix', () => {
  it('keeps the lower triangle row after row, and finds an element from either side', () => {
    expect(packedLength(3)).toBe(6);
    expect([packedAt(0, 0), packedAt(1, 0), packedAt(1, 1), packedAt(2, 1)]).toEqual([0, 1, 2, 4]);
    expect(packedAt(1, 2)).toBe(packedAt(2, 1));
    expect([0, 1, 2].map(diagonalAt)).toEqual([0, 2, 5]);
  });

  it('multiplies a vector as the full matrix would', () => {
    // [[2, 1, 0], [1, 3, −1], [0, −1, 4]]
    const out = new Float64Array(3);
    multiply(Float32Array.of(2, 1, 3, 0, -1, 4), Float64Array.of(1, 2, 3), out, 3);
    expect([...out]).toEqual([4, 4, 10]);
  });

  it.each([1, 2, 8, 64])('times its inverse is the identity, of size %i', (size) => {
    const matrix = moments(size, 4 * size, size);
    const inverse = new Float32Array(packedLength(size));
    invert(matrix.slice(), inverse, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += matrix[packedAt(i, k)]! * inverse[packedAt(k, j)]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 4);
      }
    }
  });

  it('has a finite inverse even where it is singular', () => {
    const inverse = new Float32Array(3);
    invert(Float64Array.of(1, 1, 1), inverse, 2);
    expect([...inverse].every(Number.isFinite)).toBe(true);
  });

  it('starts as the identity', () => {
    const matrix = new Float32Array(3).fill(7);
    setIdentity(matrix, 2);
    expect([...matrix]).toEqual([1, 0, 1]);
  });
});
