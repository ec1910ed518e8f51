import { packedLength } from './packed-matrix';
import type { StateFields } from './state-fields';

/** Weights of rows are kept to 1/255, as they are stored. */
const WEIGHT_STEPS = 255;

/** Weighted sums over a few rows which wait before they are learnt: a fault that shows later is not among what was learnt. */
export class QuarantineBlock {
  weight = 0;
  rows = 0;
  /** In the metric's unit and its square, which may be beyond single precision. */
  readonly deviations: Float64Array;
  readonly deviationSquares: Float64Array;
  readonly products: Float32Array;
  readonly residualSquares: Float32Array;
  readonly distanceBuckets: Uint8Array;
  readonly residualBuckets: Uint8Array;
  private readonly rowWeights: Uint8Array;

  constructor(metrics: number, rowsMax: number) {
    this.deviations = new Float64Array(metrics);
    this.deviationSquares = new Float64Array(metrics);
    this.products = new Float32Array(packedLength(metrics));
    this.residualSquares = new Float32Array(metrics);
    this.distanceBuckets = new Uint8Array(rowsMax);
    this.residualBuckets = new Uint8Array(rowsMax);
    this.rowWeights = new Uint8Array(rowsMax);
  }

  clear(): void {
    this.weight = 0;
    this.rows = 0;
    this.deviations.fill(0);
    this.deviationSquares.fill(0);
    this.products.fill(0);
    this.residualSquares.fill(0);
  }

  addRow(weight: number, distanceBucket: number, residualBucket: number): void {
    this.rowWeights[this.rows] = Math.round(weight * WEIGHT_STEPS);
    this.distanceBuckets[this.rows] = distanceBucket;
    this.residualBuckets[this.rows] = residualBucket;
    this.weight += weight;
    this.rows++;
  }

  rowWeight(row: number): number {
    return this.rowWeights[row]! / WEIGHT_STEPS;
  }

  transfer(fields: StateFields): void {
    this.rows = fields.count(this.rows);
    if (this.rows > this.rowWeights.length) throw new RangeError(`relation state has a block of ${this.rows} rows`);
    if (this.rows === 0) return;
    this.weight = fields.number(this.weight);
    fields.float64s(this.deviations);
    fields.float64s(this.deviationSquares);
    fields.float32s(this.products);
    fields.float32s(this.residualSquares);
    fields.bytes(this.distanceBuckets, this.rows);
    fields.bytes(this.residualBuckets, this.rows);
    fields.bytes(this.rowWeights, this.rows);
  }
}
