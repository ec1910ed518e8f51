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

export interface FitInput {
  /** Family squares, one row each. */
  readonly strange: readonly (readonly number[])[];
  readonly usual: readonly (readonly number[])[];
  readonly pull: number;
  readonly steps: number;
}

/**
 * Logistic regression with weights ≥ 0: mean loss of the strange and of the usual, half each, plus pull / strange times the
 * variance of the weights. Convex; solved by projected gradient descent with backtracking from equal weights.
 */
export function fitWeights({ pull, steps, ...rows }: FitInput): readonly number[] {
  const families = rows.strange[0]!.length;
  const hold = pull / rows.strange.length;
  const [strange, usual] = [flat(rows.strange), flat(rows.usual)];
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

/** Rows of one class, one after the other. */
function flat(rows: readonly (readonly number[])[]): Float64Array {
  const width = rows[0]!.length;
  const all = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) all.set(rows[i]!, i * width);
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

/** Half the mean logistic loss of rows of one class; its gradient is added. */
function addLogistic(rows: Float64Array, sign: 1 | -1, point: readonly number[], gradient: number[]) {
  const width = point.length - 1;
  const share = (0.5 * width) / rows.length;
  let loss = 0;
  for (let at = 0; at < rows.length; at += width) {
    let margin = point[0]!;
    for (let k = 0; k < width; k++) margin += point[k + 1]! * rows[at + k]!;
    margin *= sign;
    // log(1 + e^−margin) without overflow.
    const e = Math.exp(-Math.abs(margin));
    loss += share * (Math.max(0, -margin) + Math.log1p(e));
    const slope = -sign * share * (margin > 0 ? e / (1 + e) : 1 / (1 + e));
    gradient[0] = gradient[0]! + slope;
    for (let k = 0; k < width; k++) gradient[k + 1] = gradient[k + 1]! + slope * rows[at + k]!;
  }
  return loss;
}
