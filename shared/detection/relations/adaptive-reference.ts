import { Evidence } from './evidence';
import { grown } from './grown';
import { LogCalibration } from './log-calibration';
import { RelationModel } from './relation-model';
import { RELATION_SETTINGS } from './relation-settings';
import { outlierWeight, rowWeight } from './row-weight';
import { learntDeviation, scaledValue } from './scaled-value';
import { addShares } from './shares';
import { SizeWatch } from './size-watch';
import type { StateFields } from './state-fields';

const S = RELATION_SETTINGS;

/** Rows without hold, in which each row is learnt and the models are refreshed every time. */
const FIRST_ROWS = 40;
/** Rows in which means follow outliers too, since there is nothing to know outliers by. */
const MEAN_FAST_ROWS = 20;
const CALIBRATE_FROM_ROW = 13;
const SURPRISE_AFTER_ROW = 20;

/** The four views, each with what is usual of its statistic and its part of the row's squared surprise. */
interface View {
  usual: LogCalibration;
  square: number;
}

/**
 * The reference that follows: learns what is new within some hundreds of rows, so it sees changes of any kind soon, and
 * forgets them soon. Four views: relations between values; relations between slow and fast parts of values (a lag, a
 * decoupled swing); the size of the fast parts (noise, a frozen sensor); the size of what is left of each value when the
 * others have had their say (a relation that has become loose).
 */
export class AdaptiveReference {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  private readonly slow: Float32Array;
  private values: RelationModel;
  private parts: RelationModel;
  private fastSizes: SizeWatch;
  private residualSizes: SizeWatch;
  private readonly views: { values: View; parts: View; fastSizes: View; residualSizes: View };
  evidence = new Evidence();
  private learnt = 0;

  /** Of the row last advanced. */
  surprise = 0;
  private readonly scaled: Float64Array;
  private readonly fast: Float64Array;
  /** Slow and fast part of each metric side by side, so that a model grows at its end. */
  private readonly slowAndFast: Float64Array;
  private readonly partsMissing: Uint8Array;

  constructor(readonly metrics: number) {
    this.mean = new Float64Array(metrics);
    this.variance = new Float64Array(metrics);
    this.slow = new Float32Array(metrics);
    this.values = new RelationModel(metrics);
    this.parts = new RelationModel(2 * metrics);
    this.fastSizes = new SizeWatch(metrics, S.fastSizeRows, false);
    this.residualSizes = new SizeWatch(metrics, S.residualSizeRows, true);
    this.views = { values: view(), parts: view(), fastSizes: view(), residualSizes: view() };
    this.scaled = new Float64Array(metrics);
    this.fast = new Float64Array(metrics);
    this.slowAndFast = new Float64Array(2 * metrics);
    this.partsMissing = new Uint8Array(2 * metrics);
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
    this.fastSizes.advance(this.fast, missing, ages, row);
    this.residualSizes.advance(this.values.residuals, missing, ages, row);
    this.judge(row);
    this.evidence.add(this.surprise, S.adaptiveHot, Math.max(S.adaptivePatienceRowsMin, this.learnt));
    this.learn(values, missing, ages, row);
  }

  /** Adds to each metric its share of the squared surprise. */
  contribute(out: Float64Array): void {
    const { values, parts, fastSizes, residualSizes } = this.views;
    addShares(out, values.square, this.values.relativeResiduals, 1);
    addShares(out, parts.square, this.parts.relativeResiduals, 2);
    addShares(out, fastSizes.square, this.fastSizes.deviations, 1);
    addShares(out, residualSizes.square, this.residualSizes.deviations, 1);
  }

  /** Deviation of the size of a metric's fast part if that is most of the surprise, in standard deviations; otherwise 0. */
  fluctuation(metric: number): number {
    return this.views.fastSizes.square > 0.5 * this.surprise ** 2 ? this.fastSizes.deviations[metric]! : 0;
  }

  /** Learns where a metric on probation usually is. `age` counts this value. */
  watch(metric: number, value: number, age: number): void {
    if (age === 1) this.mean[metric] = value;
    const deviation = value - this.mean[metric]!;
    this.mean[metric]! += deviation / age;
    this.variance[metric]! += (deviation ** 2 * (1 - 1 / age) - this.variance[metric]!) / age;
  }

  /** A metric takes part that was not there from the beginning. */
  takeInLate(metric: number, value: number): void {
    this.slow[metric] = scaledValue(value, this.mean[metric]!, this.variance[metric]!);
    this.fastSizes.takeIn(metric);
    this.residualSizes.takeIn(metric);
  }

  /** The same reference with places for further metrics. */
  grown(metrics: number): AdaptiveReference {
    const larger = new AdaptiveReference(metrics);
    grown(this.mean, larger.mean);
    grown(this.variance, larger.variance);
    grown(this.slow, larger.slow);
    larger.values = this.values.grown(metrics);
    larger.parts = this.parts.grown(2 * metrics);
    larger.fastSizes = this.fastSizes.grown(metrics);
    larger.residualSizes = this.residualSizes.grown(metrics);
    for (const name of VIEWS) larger.views[name].usual = this.views[name].usual.limited(S.rowsKeptOnJoin);
    larger.evidence = this.evidence;
    larger.learnt = Math.min(S.rowsKeptOnJoin, this.learnt);
    return larger;
  }

  transfer(fields: StateFields): void {
    fields.float64s(this.mean);
    fields.float64s(this.variance);
    fields.float32s(this.slow);
    this.values.transfer(fields, true);
    this.parts.transfer(fields, true);
    this.fastSizes.transfer(fields);
    this.residualSizes.transfer(fields);
    for (const name of VIEWS) this.views[name].usual.transfer(fields);
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
      const value = this.scaled[j]!;
      if (gap) this.slow[j] = value;
      const fast = value - this.slow[j]!;
      this.slow[j]! += fast * Math.max(1 / S.fastMeanRows, 1 / Math.max(1, ages[j]!));
      this.fast[j] = fast;
      this.slowAndFast[2 * j] = this.slow[j]!;
      this.slowAndFast[2 * j + 1] = fast;
      this.partsMissing[2 * j] = missing[j]!;
      this.partsMissing[2 * j + 1] = missing[j]!;
    }
  }

  /** Squared surprises of the views; sizes count the more, the longer the source is known. */
  private judge(row: number): void {
    const { values, parts, fastSizes, residualSizes } = this.views;
    const known = row > SURPRISE_AFTER_ROW ? 1 : 0;
    const trust = Math.min(1, row / S.sizeTrustRows);
    const share = known / (2 + 2 * trust);
    values.square = share * values.usual.surprise(this.values.surpriseOfOne) ** 2;
    parts.square = share * parts.usual.surprise(this.parts.surpriseOfOne) ** 2;
    fastSizes.square = trust * share * fastSizes.usual.surprise(this.fastSizes.largest) ** 2;
    residualSizes.square = trust * share * residualSizes.usual.surprise(this.residualSizes.largest) ** 2;
    this.surprise = Math.sqrt(values.square + parts.square + fastSizes.square + residualSizes.square);
  }

  private learn(values: Float64Array, missing: Uint8Array, ages: Uint16Array, row: number): void {
    const { hot, accepting } = this.evidence;
    const limit = accepting ? 1 : outlierWeight(this.scaled);
    let weight = row < FIRST_ROWS ? 1 : rowWeight(this.surprise, accepting);
    if (hot && !accepting && row > FIRST_ROWS) weight = Math.min(weight, S.heldWeight);
    weight *= limit;
    this.learnt += weight;
    const rate = weight / Math.min(S.memoryRows, this.learnt + 1);
    this.learnEach(values, missing, ages, rate, limit);
    this.fastSizes.learn(missing, rate);
    this.residualSizes.learn(missing, rate);
    this.values.learn(this.scaled, missing, rate, weight);
    this.parts.learn(this.slowAndFast, this.partsMissing, rate, weight);
    if (row <= FIRST_ROWS || row % Math.ceil(this.metrics / 2) === 0) this.values.refresh();
    if (row <= FIRST_ROWS || row % this.metrics === 0) this.parts.refresh();
    if (row >= CALIBRATE_FROM_ROW) this.calibrate(weight);
  }

  private learnEach(values: Float64Array, missing: Uint8Array, ages: Uint16Array, rate: number, limit: number): void {
    for (let j = 0; j < this.metrics; j++) {
      if (missing[j]) continue;
      const age = ages[j]!;
      const own = age < MEAN_FAST_ROWS ? Math.max(rate, limit / age) : rate;
      const deviation = learntDeviation(values[j]!, this.scaled[j]!, this.mean[j]!, this.variance[j]!);
      this.mean[j]! += own * deviation;
      this.variance[j]! += own * (deviation ** 2 * (1 - own) - this.variance[j]!);
    }
  }

  private calibrate(weight: number): void {
    const { values, parts, fastSizes, residualSizes } = this.views;
    values.usual.add(this.values.surpriseOfOne, weight);
    parts.usual.add(this.parts.surpriseOfOne, weight);
    fastSizes.usual.add(this.fastSizes.largest, weight);
    residualSizes.usual.add(this.residualSizes.largest, weight);
  }
}

const VIEWS = ['values', 'parts', 'fastSizes', 'residualSizes'] as const;

function view(): View {
  return { usual: new LogCalibration(), square: 0 };
}
