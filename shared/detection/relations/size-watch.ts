import { grown } from './grown';
import type { StateFields } from './state-fields';

const SIZE_FLOOR = 0.02;
const SPREAD_FLOOR = 0.001;
/** Of a variable that was not followed so far: a third of the spread, give or take a factor of e. */
const UNKNOWN_SIZE = Math.log(SIZE_FLOOR + 0.3);
const UNKNOWN_VARIANCE = 1;
const NEWS_AFTER_ROW = 30;

/**
 * Watches how large each of several variables lately is: a running mean of the logarithm of its size, against the long-run mean
 * and spread of that. What is larger than usual for a while shows even where no single row is strange: noise, a frozen
 * sensor, a relation that holds only roughly any more.
 */
export class SizeWatch {
  private readonly size: Float32Array;
  private readonly sizeMean: Float32Array;
  private readonly sizeVariance: Float32Array;
  /** Of the row last advanced: how far each size is from its long-run mean, in standard deviations. */
  readonly deviations: Float64Array;
  /** Of the row last advanced: the deviations together, dominated by the largest. */
  largest = 0;

  /**
   * @param memoryRows of the size
   * @param onlyLarger does a size below the usual count as none?
   */
  constructor(
    private readonly metrics: number,
    private readonly memoryRows: number,
    private readonly onlyLarger: boolean,
  ) {
    this.size = new Float32Array(metrics);
    this.sizeMean = new Float32Array(metrics);
    this.sizeVariance = new Float32Array(metrics);
    this.deviations = new Float64Array(metrics);
  }

  /** @param ages rows in which each metric was measured, this one included */
  advance(values: Float64Array, missing: Uint8Array, ages: Uint16Array, row: number): void {
    let fourths = 0;
    for (let j = 0; j < this.metrics; j++) {
      this.deviations[j] = 0;
      if (missing[j]) continue;
      const rate = Math.max(1 / this.memoryRows, 1 / ages[j]!);
      this.size[j]! += (Math.log(SIZE_FLOOR + Math.abs(values[j]!)) - this.size[j]!) * rate;
      if (row <= NEWS_AFTER_ROW) continue;
      const deviation = (this.size[j]! - this.sizeMean[j]!) / Math.sqrt(this.sizeVariance[j]! + SPREAD_FLOOR);
      if (this.onlyLarger && deviation < 0) continue;
      this.deviations[j] = deviation;
      fourths += deviation ** 4;
    }
    this.largest = fourths ** 0.25;
  }

  /** Takes the sizes of the row last advanced into the long-run means, by so large a share. */
  learn(missing: Uint8Array, rate: number): void {
    for (let j = 0; j < this.metrics; j++) {
      if (missing[j]) continue;
      const off = this.size[j]! - this.sizeMean[j]!;
      this.sizeMean[j]! += rate * off;
      this.sizeVariance[j]! += rate * (off ** 2 - this.sizeVariance[j]!);
    }
  }

  /** A metric takes part that was not followed so far, in a source that was. */
  takeIn(metric: number): void {
    this.size[metric] = UNKNOWN_SIZE;
    this.sizeMean[metric] = UNKNOWN_SIZE;
    this.sizeVariance[metric] = UNKNOWN_VARIANCE;
  }

  grown(metrics: number): SizeWatch {
    const larger = new SizeWatch(metrics, this.memoryRows, this.onlyLarger);
    grown(this.size, larger.size);
    grown(this.sizeMean, larger.sizeMean);
    grown(this.sizeVariance, larger.sizeVariance);
    return larger;
  }

  transfer(fields: StateFields): void {
    fields.float32s(this.size);
    fields.float32s(this.sizeMean);
    fields.float32s(this.sizeVariance);
  }
}
