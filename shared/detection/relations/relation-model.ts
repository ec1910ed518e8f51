import { grown } from './grown';
import { diagonalAt, invert, multiply, packedAt, packedLength, setIdentity } from './packed-matrix';
import { RELATION_SETTINGS } from './relation-settings';
import type { StateFields } from './state-fields';

const { memoryRows, sampleShrink, shrinkMin } = RELATION_SETTINGS;

const RIDGE = 0.001;
/** Ridge of a young model, falling with the rows learnt. */
const YOUNG_RIDGE = 3;
/** A residual beyond this teaches no more. */
const RESIDUAL_MAX = 8;
/** Added to a typical residual, so that a nearly exact relation does not turn rounding into news. */
const RESIDUAL_FLOOR = 0.1;

/**
 * How scaled variables usually go together: their second moments R, and the inverse P of R with its correlations shrunk
 * towards zero by as much as the sample is small. P gives at once how far a row lies from the usual cloud (T², Hotelling)
 * and how far each variable lies from what all others say of it: with g = P·u, variable i misses its regression on the others
 * by g_i/P_ii, which has the standard deviation 1/√P_ii.
 *
 * Time O(variables²) to score and add a row, O(variables³/2) to refresh; memory O(variables²).
 *
 * @see Hotelling 1947, Multivariate Quality Control
 * @see Schäfer, Strimmer 2005, Stat. Appl. Genet. Mol. Biol. 4:32 (shrinkage)
 */
export class RelationModel {
  readonly moments: Float32Array;
  readonly inverse: Float32Array;
  /** Usual square of each variable's residual. */
  readonly residualSquares: Float32Array;
  /** Rows learnt, by weight, never more than the memory. */
  learnt = 0;

  /** Of the row scored last. */
  distance = 0;
  /** Of the row scored last: the residuals together, dominated by the largest. */
  surpriseOfOne = 0;
  /** Of the row scored last: each variable's residual given all others, and the same in units of the usual. */
  readonly residuals: Float64Array;
  readonly relativeResiduals: Float64Array;
  private readonly product: Float64Array;

  constructor(readonly size: number) {
    this.moments = new Float32Array(packedLength(size));
    this.inverse = new Float32Array(packedLength(size));
    setIdentity(this.inverse, size);
    this.residualSquares = new Float32Array(size).fill(1);
    this.residuals = new Float64Array(size);
    this.relativeResiduals = new Float64Array(size);
    this.product = new Float64Array(size);
  }

  /** Sets `distance`, `surpriseOfOne` and the residuals. Missing variables must have been filled in; they have no residual. */
  score(row: Float64Array, missing: Uint8Array): void {
    multiply(this.inverse, row, this.product, this.size);
    let squares = 0;
    let fourths = 0;
    for (let i = 0; i < this.size; i++) {
      const g = this.product[i]!;
      squares += row[i]! * g;
      const residual = missing[i] ? 0 : g / Math.sqrt(this.inverse[diagonalAt(i)]!);
      const relative = residual / (Math.sqrt(this.residualSquares[i]!) + RESIDUAL_FLOOR);
      this.residuals[i] = residual;
      this.relativeResiduals[i] = relative;
      fourths += relative ** 4;
    }
    this.distance = Math.sqrt(Math.max(0, squares) / this.size);
    this.surpriseOfOne = fourths ** 0.25;
  }

  /** Fills in the variables that are missing with what the others say of them; missing ones must hold a first guess. */
  impute(row: Float64Array, missing: Uint8Array): void {
    for (let j = 0; j < this.size; j++) {
      if (!missing[j]) continue;
      let sum = 0;
      for (let k = 0; k < this.size; k++) if (k !== j) sum += this.inverse[packedAt(j, k)]! * row[k]!;
      row[j] = -sum / this.inverse[diagonalAt(j)]!;
    }
  }

  /**
   * Learns the row scored last. What is missing is not certain, so its conditional variance is added to its square:
   * otherwise a metric that fails for long would look ever steadier.
   *
   * @param rate share of the new row in the moments
   * @param weight of the row, 1 = in full
   * @see Dempster, Laird, Rubin 1977 (EM for missing values)
   */
  learn(row: Float64Array, missing: Uint8Array, rate: number, weight: number): void {
    this.learnt = Math.min(memoryRows, this.learnt + weight);
    const residualRate = Math.max(rate, weight / (this.learnt + 1));
    for (let i = 0, at = 0; i < this.size; i++) {
      const value = row[i]!;
      for (let j = 0; j <= i; j++, at++) this.moments[at]! += rate * (value * row[j]! - this.moments[at]!);
      if (missing[i]) this.moments[at - 1]! += rate / this.inverse[at - 1]!;
      else this.residualSquares[i]! += residualRate * (cappedSquare(this.residuals[i]!) - this.residualSquares[i]!);
    }
  }

  /** Brings the inverse up to date with the moments. O(variables³/2). */
  refresh(): void {
    const { size, moments } = this;
    const shrink = this.shrinkage();
    const regular = scratch(packedLength(size));
    const ridge = RIDGE + YOUNG_RIDGE / (this.learnt + 3);
    for (let i = 0, at = 0; i < size; i++) {
      for (let j = 0; j < i; j++, at++) regular[at] = (1 - shrink) * moments[at]!;
      regular[at] = moments[at++]! + ridge;
    }
    invert(regular, this.inverse, size);
  }

  /** How strongly two variables go together when all others are held fixed, −1 to 1. */
  partialCorrelation(i: number, j: number): number {
    const scale = this.inverse[diagonalAt(i)]! * this.inverse[diagonalAt(j)]!;
    return -this.inverse[packedAt(i, j)]! / Math.sqrt(scale);
  }

  /**
   * The same model with further variables, which go with nothing so far and vary as scaled values do. What was learnt counts
   * for less, so that the new relations are learnt soon.
   */
  grown(size: number): RelationModel {
    const model = new RelationModel(size);
    if (this.learnt === 0) return model;
    grown(this.moments, model.moments);
    grown(this.residualSquares, model.residualSquares);
    for (let i = this.size; i < size; i++) model.moments[diagonalAt(i)] = 1;
    model.learnt = Math.min(RELATION_SETTINGS.rowsKeptOnJoin, this.learnt);
    model.refresh();
    return model;
  }

  /** @param withInverse the inverse is not a function of the moments of this very row, so it must be kept */
  transfer(fields: StateFields, withInverse: boolean): void {
    this.learnt = fields.number(this.learnt);
    fields.float32s(this.moments);
    fields.float32s(this.residualSquares);
    if (withInverse) fields.float32s(this.inverse);
  }

  /** Share by which correlations are drawn to zero: the expected error of all over their squares. */
  private shrinkage(): number {
    const { size, moments } = this;
    if (size === 1) return 0;
    const rows = Math.max(2, this.learnt / sampleShrink);
    let errors = 0;
    let squares = 0;
    for (let i = 1, at = 1; i < size; i++, at++) {
      const own = moments[diagonalAt(i)]!;
      for (let j = 0; j < i; j++, at++) {
        const square = moments[at]! ** 2 / (own * moments[diagonalAt(j)]! + 1e-12);
        errors += (1 - square) ** 2;
        squares += square;
      }
    }
    return Math.max(shrinkMin, Math.min(1, errors / rows / (squares + 1e-9)));
  }
}

/** What one residual teaches about their usual square. */
export function cappedSquare(residual: number): number {
  return Math.min(RESIDUAL_MAX, Math.abs(residual)) ** 2;
}

/** Work space of {@link RelationModel.refresh}, shared: nothing in it outlives a call. */
let workspace = new Float64Array(0);

function scratch(length: number): Float64Array {
  if (workspace.length < length) workspace = new Float64Array(length);
  return workspace;
}
