/**
 * Symmetric matrices with only the lower triangle kept, row after row: element (i, j ≤ i) is at i(i + 1)/2 + j.
 * Half the memory of a square, which matters where there is one a source.
 */
export function packedLength(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Position of an element of the diagonal. */
export function diagonalAt(i: number): number {
  return (i * (i + 3)) / 2;
}

export function packedAt(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}

export function setIdentity(matrix: Float32Array, size: number): void {
  matrix.fill(0);
  for (let i = 0; i < size; i++) matrix[diagonalAt(i)] = 1;
}

/** out = matrix · vector. O(size²). */
export function multiply(matrix: Float32Array, vector: Float64Array, out: Float64Array, size: number): void {
  for (let i = 0, at = 0; i < size; i++) {
    const v = vector[i]!;
    let sum = 0;
    for (let j = 0; j < i; j++, at++) {
      const m = matrix[at]!;
      sum += m * vector[j]!;
      out[j]! += m * v;
    }
    out[i] = sum + matrix[at++]! * v;
  }
}

/** Pivots of a nearly singular matrix are kept from vanishing. */
const PIVOT_MIN = 1e-9;

/**
 * inverse = matrix⁻¹ by Cholesky's factorisation, for a positive definite matrix. O(size³/2), no allocation.
 * A matrix that is singular by rounding is treated as if slightly larger on its diagonal.
 *
 * @param matrix packed; is overwritten
 * @see Golub, Van Loan, Matrix Computations, 4th ed., 4.2
 */
export function invert(matrix: Float64Array, inverse: Float32Array, size: number): void {
  factorise(matrix, size);
  invertTriangle(matrix, size);
  multiplyByTranspose(matrix, inverse, size);
}

/** L with L·Lᵀ = matrix, in place. */
function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0, row = 0; i < size; row += ++i) {
    for (let j = 0, other = 0; j <= i; other += ++j) {
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      matrix[row + j] = i === j ? Math.sqrt(Math.max(PIVOT_MIN, sum)) : sum / matrix[other + j]!;
    }
  }
}

/** L⁻¹, in place: row i needs the rows above, already inverted, and its own elements from j on. */
function invertTriangle(matrix: Float64Array, size: number): void {
  for (let i = 0, row = 0; i < size; row += ++i) {
    const pivot = 1 / matrix[row + i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += matrix[row + k]! * matrix[(k * (k + 1)) / 2 + j]!;
      matrix[row + j] = -sum * pivot;
    }
    matrix[row + i] = pivot;
  }
}

/** Lᵀ·L of a packed lower triangle. */
function multiplyByTranspose(triangle: Float64Array, out: Float32Array, size: number): void {
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      let sum = 0;
      for (let k = i, row = (i * (i + 1)) / 2; k < size; row += ++k) sum += triangle[row + i]! * triangle[row + j]!;
      out[at] = sum;
    }
  }
}
