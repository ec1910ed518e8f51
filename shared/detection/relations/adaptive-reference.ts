import { Evidence } from './evidence';
import { grown } from './grown';
import { LogCalibration } from './log-calibration';
import { RelationModel } from './relation-model';
import { RELATION_SETTINGS } from './relation-settings';
import { outlierWeight, rowWeight } from './row-weight';
import { learntDeviation, scaledValue } from './scaled-value';
import type { StateFields } from './state-fields';

const S = RELATION_SETTINGS;

/** Rows without hold, in which each row is learnt and the models are refreshed every time. */
const FIRST_ROWS = 40;
/** Rows in which means follow outliers too, since there is nothing to know outliers by. */
const MEAN_FAST_ROWS = 20;
const CALIBRATE_FROM_ROW = 13;
const SURPRISE_AFTER_ROW = 20;
const VARIABILITY_AFTER_ROW = 30;
const SIZE_FLOOR = 0.02;
/** Size of the fast part of a metric that was not followed so far: a third of its spread. */
const UNKNOWN_SIZE = Math.log(SIZE_FLOOR + 0.3);

/**
 * The reference that follows: learns what is new within some hundreds of rows, so it sees changes of any kind soon, and
 * forgets them soon. Three views: relations between values, relations between slow and fast parts of values (a lag, a
 * decoupled swing), and the size of the fast parts (noise, a frozen sensor).
 */
export class AdaptiveReference {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  private readonly slow: Float32Array;
  /** Running mean of the logarithm of the fast part's size; its long-run mean and variance. */
  private readonly size: Float32Array;
  private readonly sizeMean: Float32Array;
  private readonly sizeVariance: Float32Array;
  private values: RelationModel;
  private parts: RelationModel;
  private valuesUsual = new LogCalibration();
  private partsUsual = new LogCalibration();
  private sizesUsual = new LogCalibration();
  evidence = new Evidence();
  private learnt = 0;

  /** Of the row last advanced. */
  surprise = 0;
  private valuesSquare = 0;
  private partsSquare = 0;
  private sizesSquare = 0;
  private readonly scaled: Float64Array;
  private readonly slowAndFast: Float64Array;
  private readonly partsMissing: Uint8Array;
  readonly sizeDeviations: Float64Array;

  constructor(readonly metrics: number) {
    this.mean = new Float64Array(metrics);
    this.variance = new Float64Array(metrics);
    this.slow = new Float32Array(metrics);
    this.size = new Float32Array(metrics);
    this.sizeMean = new Float32Array(metrics);
    this.sizeVariance = new Float32Array(metrics);
    this.values = new RelationModel(metrics);
    this.parts = new RelationModel(2 * metrics);
    this.scaled = new Float64Array(metrics);
    this.slowAndFast = new Float64Array(2 * metrics);
    this.partsMissing = new Uint8Array(2 * metrics);
    this.sizeDeviations = new Float64Array(metrics);
  }

  /**
   * @param values NaN where missing
   * @param missing 1 where the metric takes no part in this row: not measured, or still on probation
   * @param ages rows in which each metric was measured, this one included
   * @param row number of the row, from 1
   */
  advance(values: Float64Array, missing: Uint8Array, ages: Uint16Array, row: number, gap: boolean): void {
    this.scale(values, missing);
    this.split(missing, ages, gap);
    this.values.score(this.scaled, missing);
    this.parts.score(this.slowAndFast, this.partsMissing);
    const sizes = this.compareSizes(missing, row);
    this.judge(sizes, row);
    this.evidence.add(this.surprise, S.adaptiveHot, Math.max(S.adaptivePatienceRowsMin, this.learnt));
    this.learn(values, missing, ages, sizes, row);
  }

  /** Adds to each metric its share of the squared surprise. */
  contribute(out: Float64Array): void {
    const d = this.metrics;
    const values = this.values.relativeResiduals;
    const parts = this.parts.relativeResiduals;
    const sizes = this.sizeDeviations;
    let valuesAll = 1e-12;
    let partsAll = 1e-12;
    let sizesAll = 1e-12;
    for (let j = 0; j < d; j++) {
      valuesAll += values[j]! ** 2;
      partsAll += parts[2 * j]! ** 2 + parts[2 * j + 1]! ** 2;
      sizesAll += sizes[j]! ** 2;
    }
    for (let j = 0; j < d; j++) {
      out[j]! += (this.valuesSquare * values[j]! ** 2) / valuesAll;
      out[j]! += (this.partsSquare * (parts[2 * j]! ** 2 + parts[2 * j + 1]! ** 2)) / partsAll;
      out[j]! += (this.sizesSquare * sizes[j]! ** 2) / sizesAll;
    }
  }

  /** Learns where a metric on probation usually is. `age` counts this value. */
  watch(metric: number, value: number, age: number): void {
    if (age === 1) this.mean[metric] = value;
    const deviation = value - this.mean[metric]!;
    this.mean[metric]! += deviation / age;
    this.variance[metric]! += (deviation ** 2 * (1 - 1 / age) - this.variance[metric]!) / age;
  }

  /** @param late does the metric join a source that was known before? */
  takeIn(metric: number, value: number, late: boolean): void {
    if (!late) return;
    this.slow[metric] = scaledValue(value, this.mean[metric]!, this.variance[metric]!);
    this.size[metric] = UNKNOWN_SIZE;
    this.sizeMean[metric] = UNKNOWN_SIZE;
    this.sizeVariance[metric] = 1;
  }

  /** The same reference with places for further metrics. */
  grown(metrics: number): AdaptiveReference {
    const larger = new AdaptiveReference(metrics);
    grown(this.mean, larger.mean);
    grown(this.variance, larger.variance);
    grown(this.slow, larger.slow);
    grown(this.size, larger.size);
    grown(this.sizeMean, larger.sizeMean);
    grown(this.sizeVariance, larger.sizeVariance);
    larger.values = this.values.grown(metrics);
    larger.parts = this.parts.grown(2 * metrics);
    larger.valuesUsual = this.valuesUsual.limited(S.rowsKeptOnJoin);
    larger.partsUsual = this.partsUsual.limited(S.rowsKeptOnJoin);
    larger.sizesUsual = this.sizesUsual.limited(S.rowsKeptOnJoin);
    larger.evidence = this.evidence;
    larger.learnt = Math.min(S.rowsKeptOnJoin, this.learnt);
    return larger;
  }

  transfer(fields: StateFields): void {
    fields.float64s(this.mean);
    fields.float64s(this.variance);
    for (const array of [this.slow, this.size, this.sizeMean, this.sizeVariance]) fields.float32s(array);
    this.values.transfer(fields, true);
    this.parts.transfer(fields, true);
    for (const usual of [this.valuesUsual, this.partsUsual, this.sizesUsual]) usual.transfer(fields);
    this.evidence.transfer(fields);
    this.learnt = fields.number(this.learnt);
  }

  private scale(values: Float64Array, missing: Uint8Array): void {
    let incomplete = false;
    for (let j = 0; j < this.metrics; j++) {
      if (missing[j]) incomplete = true;
      this.scaled[j] = missing[j] ? 0 : scaledValue(values[j]!, this.mean[j]!, this.variance[j]!);
    }
    if (incomplete) this.values.impute(this.scaled, missing);
  }

  /** Splits each value into the running mean of the last rows and the rest. */
  private split(missing: Uint8Array, ages: Uint16Array, gap: boolean): void {
    for (let j = 0; j < this.metrics; j++) {
      const age = Math.max(1, ages[j]!);
      const value = this.scaled[j]!;
      if (gap) this.slow[j] = value;
      const fast = value - this.slow[j]!;
      this.slow[j]! += fast * Math.max(1 / S.fastMeanRows, 1 / age);
      // Side by side, so that a model grows at its end.
      this.slowAndFast[2 * j] = this.slow[j]!;
      this.slowAndFast[2 * j + 1] = fast;
      this.partsMissing[2 * j] = missing[j]!;
      this.partsMissing[2 * j + 1] = missing[j]!;
      if (missing[j]) continue;
      this.size[j]! +=
        (Math.log(SIZE_FLOOR + Math.abs(fast)) - this.size[j]!) * Math.max(1 / S.variabilityRows, 1 / age);
    }
  }

  /** How far the sizes of the fast parts are from their long-run means, dominated by the farthest. */
  private compareSizes(missing: Uint8Array, row: number): number {
    let fourths = 0;
    for (let j = 0; j < this.metrics; j++) {
      const spread = Math.sqrt(this.sizeVariance[j]! + 0.001);
      const known = row > VARIABILITY_AFTER_ROW && !missing[j];
      const deviation = known ? (this.size[j]! - this.sizeMean[j]!) / spread : 0;
      this.sizeDeviations[j] = deviation;
      fourths += deviation ** 4;
    }
    return fourths ** 0.25;
  }

  private judge(sizes: number, row: number): void {
    const known = row > SURPRISE_AFTER_ROW;
    const trust = Math.min(1, row / S.variabilityTrustRows);
    const all = 2 + trust;
    this.valuesSquare = known ? this.valuesUsual.surprise(this.values.surpriseOfOne) ** 2 / all : 0;
    this.partsSquare = known ? this.partsUsual.surprise(this.parts.surpriseOfOne) ** 2 / all : 0;
    this.sizesSquare = known ? (trust * this.sizesUsual.surprise(sizes) ** 2) / all : 0;
    this.surprise = Math.sqrt(this.valuesSquare + this.partsSquare + this.sizesSquare);
  }

  private learn(values: Float64Array, missing: Uint8Array, ages: Uint16Array, sizes: number, row: number): void {
    const { hot, accepting } = this.evidence;
    const limit = accepting ? 1 : outlierWeight(this.scaled);
    let weight = row < FIRST_ROWS ? 1 : rowWeight(this.surprise, accepting);
    if (hot && !accepting && row > FIRST_ROWS) weight = Math.min(weight, S.heldWeight);
    weight *= limit;
    this.learnt += weight;
    const rate = weight / Math.min(S.memoryRows, this.learnt + 1);
    this.learnEach(values, missing, ages, rate, limit);
    this.values.learn(this.scaled, missing, rate, weight);
    this.parts.learn(this.slowAndFast, this.partsMissing, rate, weight);
    if (row <= FIRST_ROWS || row % Math.ceil(this.metrics / 2) === 0) this.values.refresh();
    if (row <= FIRST_ROWS || row % this.metrics === 0) this.parts.refresh();
    if (row < CALIBRATE_FROM_ROW) return;
    this.valuesUsual.add(this.values.surpriseOfOne, weight);
    this.partsUsual.add(this.parts.surpriseOfOne, weight);
    this.sizesUsual.add(sizes, weight);
  }

  private learnEach(values: Float64Array, missing: Uint8Array, ages: Uint16Array, rate: number, limit: number): void {
    for (let j = 0; j < this.metrics; j++) {
      if (missing[j]) continue;
      const age = ages[j]!;
      const own = age < MEAN_FAST_ROWS ? Math.max(rate, limit / age) : rate;
      const deviation = learntDeviation(values[j]!, this.scaled[j]!, this.mean[j]!, this.variance[j]!);
      this.mean[j]! += own * deviation;
      this.variance[j]! += own * (deviation ** 2 * (1 - own) - this.variance[j]!);
      const off = this.size[j]! - this.sizeMean[j]!;
      this.sizeMean[j]! += rate * off;
      this.sizeVariance[j]! += rate * (off ** 2 - this.sizeVariance[j]!);
    }
  }
}
