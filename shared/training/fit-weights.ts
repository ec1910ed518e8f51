/** Squares beyond this add nothing to what is learnt: one enormous surprise must not decide alone. */
const SQUARE_MAX = 25;
/** A step that gains less than this share of the loss is the last one. */
const CONVERGED = 1e-7;

export function squaresOf(squares: readonly number[]): readonly number[] {
  return squares.map((square) => Math.min(square, SQUARE_MAX));
}

export function weightedSum(row: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += weights[k]! * row[k]!;
  return sum;
}

/** One row of family squares, and its share of the loss. */
export interface Example {
  readonly squares: readonly number[];
  readonly share: number;
}

export interface FitInput {
  readonly strange: readonly Example[];
  readonly usual: readonly Example[];
  /** How much a variance of the weights of 1 adds to the loss. */
  readonly hold: number;
  readonly steps: number;
}

/**
 * Logistic regression with weights ≥ 0: the losses of the examples, each by its share, plus hold times the variance of the
 * weights. Convex; solved by projected gradient descent with backtracking from equal weights.
 */
export function fitWeights({ hold, steps, ...examples }: FitInput): readonly number[] {
  const families = examples.strange[0]!.squares.length;
  const [strange, usual] = [flat(examples.strange), flat(examples.usual)];
  let point: readonly number[] = [-3, ...Array.from({ length: families }, () => 1)];
  let here = lossAt(point, strange, usual, hold);
  let step = 1;
  for (let i = 0; i < steps && step > 1e-9; i++) {
    const next = projected(point.map((value, k) => value - step * here.gradient[k]!));
    const there = lossAt(next, strange, usual, hold);
    if (there.loss < here.loss) {
      if (here.loss - there.loss < CONVERGED * here.loss) return next.slice(1);
      [point, here] = [next, there];
      step *= 1.5;
    } else step /= 3;
  }
  return point.slice(1);
}

/** Rows of one class, one after the other, each with its share before it. */
function flat(examples: readonly Example[]): Float64Array {
  const width = examples[0]!.squares.length + 1;
  const all = new Float64Array(examples.length * width);
  examples.forEach(({ squares, share }, i) => {
    all[i * width] = share;
    all.set(squares, i * width + 1);
  });
  return all;
}

function projected(point: readonly number[]): readonly number[] {
  return point.map((value, k) => (k === 0 ? value : Math.max(0, value)));
}

function lossAt(point: readonly number[], strange: Float64Array, usual: Float64Array, hold: number) {
  const gradient = point.map(() => 0);
  let loss = addLogistic(strange, 1, point, gradient) + addLogistic(usual, -1, point, gradient);
  const families = point.length - 1;
  let mean = 0;
  for (let k = 1; k <= families; k++) mean += point[k]! / families;
  for (let k = 1; k <= families; k++) {
    const off = point[k]! - mean;
    loss += (hold * off * off) / families;
    gradient[k] = gradient[k]! + (2 * hold * off) / families;
  }
  return { loss, gradient };
}

/** Logistic loss of rows of one class; its gradient is added. */
function addLogistic(rows: Float64Array, sign: 1 | -1, point: readonly number[], gradient: number[]) {
  const width = point.length;
  let loss = 0;
  for (let at = 0; at < rows.length; at += width) {
    const share = rows[at]!;
    let margin = point[0]!;
    for (let k = 1; k < width; k++) margin += point[k]! * rows[at + k]!;
    margin *= sign;
    // log(1 + e^−margin) without overflow.
    const e = Math.exp(-Math.abs(margin));
    loss += share * (Math.max(0, -margin) + Math.log1p(e));
    const slope = -sign * share * (margin > 0 ? e / (1 + e) : 1 / (1 + e));
    gradient[0] = gradient[0]! + slope;
    for (let k = 1; k < width; k++) gradient[k] = gradient[k]! + slope * rows[at + k]!;
  }
  return loss;
}
