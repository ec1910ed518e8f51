import { Evidence } from './evidence';
import { grown } from './grown';
import { bucketOf, LogCalibration } from './log-calibration';
import { QuarantineBlock } from './quarantine-block';
import { cappedSquare, RelationModel } from './relation-model';
import { RELATION_SETTINGS } from './relation-settings';
import { outlierWeight, rowWeight } from './row-weight';
import { learntDeviation, scaledValue } from './scaled-value';
import { addShares } from './shares';
import type { StateFields } from './state-fields';

const S = RELATION_SETTINGS;

const FIRST_ROWS = 40;
const CALIBRATE_FROM_ROW = 13;
const SURPRISE_AFTER_ROW = 20;
/** Blocks are one row long at first, then short, so that something is known soon. */
const SINGLE_ROW_BLOCKS_BEFORE = 16;
const SHORT_BLOCK_ROWS = 4;
/** Another block waits for every so many rows known. */
const ROWS_A_WAITING_BLOCK = 100;
/** Beyond so many rows the past counts four times: the older the steadier. */
const STEADY_FROM = 300;
const STEADINESS = 4;
const WEIGHT_MIN = 1e-6;

/**
 * The reference that stays: what it learns waits in quarantine, and while something is wrong nothing is learnt and what waits
 * is thrown away. So a fault that creeps in or lasts stays visible. Views: distance of the row from the usual cloud, and
 * the residual of each metric given the others.
 */
export class SteadyReference {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  values: RelationModel;
  private distanceUsual = new LogCalibration();
  private residualUsual = new LogCalibration();
  evidence = new Evidence();
  /** Oldest first: so many that wait, then the current one, then empty ones. */
  private readonly blocks: QuarantineBlock[];
  private waiting = 0;
  private readonly coldRows: number;
  private learnt = 0;

  /** Of the row last advanced. */
  surprise = 0;
  private readonly scaled: Float64Array;

  constructor(readonly metrics: number) {
    this.coldRows = S.coldRows + S.coldRowsAMetric * metrics;
    this.mean = new Float64Array(metrics);
    this.variance = new Float64Array(metrics);
    this.values = new RelationModel(metrics);
    this.blocks = Array.from({ length: S.blocksWaitingMax + 1 }, () => new QuarantineBlock(metrics, S.blockRows));
    this.scaled = new Float64Array(metrics);
  }

  /** Parameters as in {@link AdaptiveReference.advance}. */
  advance(values: Float64Array, missing: Uint8Array, row: number): void {
    this.scale(values, missing);
    this.values.score(this.scaled, missing);
    this.judge(row);
    const hotAbove = row < this.coldRows ? Number.POSITIVE_INFINITY : S.steadyHot * (1 + 100 / row);
    this.evidence.add(this.surprise, hotAbove, Math.max(S.steadyPatienceRowsMin, this.learnt));
    if (this.evidence.hot && !this.evidence.accepting) this.dropBlocks();
    else this.collect(values, missing, row);
  }

  contribute(out: Float64Array): void {
    addShares(out, this.surprise ** 2, this.values.relativeResiduals, 1);
  }

  /** A metric takes part from now on. */
  takeIn(metric: number, mean: number, variance: number): void {
    this.mean[metric] = mean;
    this.variance[metric] = variance;
  }

  /** The same reference with places for further metrics; what waits in quarantine is dropped. */
  grown(metrics: number): SteadyReference {
    const larger = new SteadyReference(metrics);
    grown(this.mean, larger.mean);
    grown(this.variance, larger.variance);
    larger.values = this.values.grown(metrics);
    larger.distanceUsual = this.distanceUsual.limited(S.rowsKeptOnJoin);
    larger.residualUsual = this.residualUsual.limited(S.rowsKeptOnJoin);
    larger.evidence = this.evidence;
    larger.learnt = Math.min(S.rowsKeptOnJoin, this.learnt);
    return larger;
  }

  transfer(fields: StateFields): void {
    fields.float64s(this.mean);
    fields.float64s(this.variance);
    this.values.transfer(fields, false);
    // Refreshed whenever something is learnt, so it follows from the rest.
    if (this.values.learnt > 0) this.values.refresh();
    this.distanceUsual.transfer(fields);
    this.residualUsual.transfer(fields);
    this.evidence.transfer(fields);
    this.learnt = fields.number(this.learnt);
    this.waiting = fields.count(this.waiting);
    if (this.waiting > S.blocksWaitingMax) throw new RangeError(`relation state has ${this.waiting} blocks waiting`);
    for (let b = 0; b <= this.waiting; b++) this.blocks[b]!.transfer(fields);
  }

  private blockRows(row: number): number {
    if (row < SINGLE_ROW_BLOCKS_BEFORE) return 1;
    return row < this.coldRows ? SHORT_BLOCK_ROWS : S.blockRows;
  }

  private scale(values: Float64Array, missing: Uint8Array): void {
    let incomplete = false;
    for (let j = 0; j < this.metrics; j++) {
      if (missing[j]) incomplete = true;
      this.scaled[j] = missing[j] ? 0 : scaledValue(values[j]!, this.mean[j]!, this.variance[j]!);
    }
    if (incomplete) this.values.impute(this.scaled, missing);
  }

  private judge(row: number): void {
    const known = row > SURPRISE_AFTER_ROW;
    const distance = known ? this.distanceUsual.surprise(this.values.distance) : 0;
    const residual = known ? this.residualUsual.surprise(this.values.surpriseOfOne) : 0;
    this.surprise = Math.sqrt((distance ** 2 + residual ** 2) / 2);
  }

  private dropBlocks(): void {
    for (let b = 0; b <= this.waiting; b++) this.blocks[b]!.clear();
    this.waiting = 0;
  }

  private collect(values: Float64Array, missing: Uint8Array, row: number): void {
    const { accepting } = this.evidence;
    const limit = accepting ? 1 : outlierWeight(this.scaled);
    const weight = limit * (row < FIRST_ROWS ? 1 : rowWeight(this.surprise, accepting));
    const block = this.blocks[this.waiting]!;
    this.addSums(block, values, missing, weight);
    const calibrate = row >= CALIBRATE_FROM_ROW;
    block.addRow(weight, calibrate ? bucketOf(this.values.distance) : NO_BUCKET, bucketOf(this.values.surpriseOfOne));
    if (block.rows < this.blockRows(row)) return;
    this.waiting++;
    const waitingMax =
      row < this.coldRows || accepting
        ? 0
        : Math.min(S.blocksWaitingMax, Math.floor((row - this.coldRows) / ROWS_A_WAITING_BLOCK));
    while (this.waiting > waitingMax) this.learnOldest();
  }

  private addSums(block: QuarantineBlock, values: Float64Array, missing: Uint8Array, weight: number): void {
    const { scaled, values: model } = this;
    for (let i = 0, at = 0; i < this.metrics; i++) {
      for (let j = 0; j <= i; j++, at++) block.products[at]! += weight * scaled[i]! * scaled[j]!;
      if (missing[i]) {
        // Teaches nothing: what is expected of it is what is known already.
        block.products[at - 1]! += weight / model.inverse[at - 1]!;
        block.deviationSquares[i]! += weight * this.variance[i]!;
        block.residualSquares[i]! += weight * model.residualSquares[i]!;
        continue;
      }
      const deviation = learntDeviation(values[i]!, scaled[i]!, this.mean[i]!, this.variance[i]!);
      block.deviations[i]! += weight * deviation;
      block.deviationSquares[i]! += weight * deviation ** 2;
      block.residualSquares[i]! += weight * cappedSquare(model.residuals[i]!);
    }
  }

  private learnOldest(): void {
    const block = this.blocks[0]!;
    if (block.weight > WEIGHT_MIN) this.learn(block);
    const last = this.blocks.length - 1;
    for (let b = 0; b < last; b++) this.blocks[b] = this.blocks[b + 1]!;
    this.blocks[last] = block;
    block.clear();
    this.waiting--;
  }

  private learn(block: QuarantineBlock): void {
    const { values: model } = this;
    this.learnt += block.weight;
    const known = this.learnt < STEADY_FROM ? this.learnt : STEADY_FROM + STEADINESS * (this.learnt - STEADY_FROM);
    const rate = Math.min(1, block.weight / Math.min(S.memoryRows, known));
    const share = rate / block.weight;
    for (let i = 0, at = 0; i < this.metrics; i++) {
      this.mean[i]! += share * block.deviations[i]!;
      this.variance[i]! += share * block.deviationSquares[i]! - rate * this.variance[i]!;
      model.residualSquares[i]! += share * block.residualSquares[i]! - rate * model.residualSquares[i]!;
      for (let j = 0; j <= i; j++, at++) model.moments[at]! += share * block.products[at]! - rate * model.moments[at]!;
    }
    model.learnt = Math.min(S.memoryRows, model.learnt + block.weight);
    model.refresh();
    for (let r = 0; r < block.rows; r++) {
      if (block.distanceBuckets[r] === NO_BUCKET) continue;
      this.distanceUsual.addBucket(block.distanceBuckets[r]!, block.rowWeight(r));
      this.residualUsual.addBucket(block.residualBuckets[r]!, block.rowWeight(r));
    }
  }
}

/** Marks a row too early to calibrate with. */
const NO_BUCKET = 255;
