import { RELATION_SETTINGS } from './relation-settings';
import type { StateFields } from './state-fields';

const BUCKETS = 96;
const BUCKETS_AN_OCTAVE = 8;
const OCTAVE_MIN = -6;
const FIRST_HALVING = 64;
const HALVING_GROWTH = 1.4;
const REFIT_EACH_OF_FIRST = 64;
const REFIT_EVERY = 8;
const WEIGHT_MIN = 8;
/** The tail starts from what the body of the distribution suggests, with the weight of so many observations. */
const TAIL_PRIOR_WEIGHT = 5;
const TAIL_MIN = 0.02;

/**
 * What is usual of one statistic ≥ 0, so that any statistic can be put on one scale: how rare a value is, in decades.
 * A histogram of the logarithm with weights gives the body (median and 90 % quantile); beyond, the logarithm is taken as
 * exponential (the statistic as Pareto), with a slope fitted to the excesses. So rarity is known beyond all that was seen.
 *
 * @see Pickands 1975, Annals of Statistics 3(1):119–131 (excesses over a threshold)
 */
export class LogCalibration {
  private readonly buckets = new Float32Array(BUCKETS);
  private sum = 0;
  private halveAt = FIRST_HALVING;
  private additions = 0;
  private median = 0;
  private high = 0;
  /** Mean excess of the logarithm above `high`. */
  private tail = 1;

  /** Rarity in decades: 0.3 at the median, 1 at the 90 % quantile; 0 while too little is known. */
  surprise(statistic: number): number {
    if (this.sum < WEIGHT_MIN) return 0;
    const l = logarithm(statistic);
    if (l <= this.median) return 0.3 * Math.max(0, 1 - (this.median - l));
    if (l <= this.high) return 0.3 + (0.7 * (l - this.median)) / (this.high - this.median + 1e-9);
    return 1 + (l - this.high) / (this.tail * Math.LN10);
  }

  add(statistic: number, weight: number): void {
    this.addBucket(bucketOf(statistic), weight);
  }

  addBucket(bucket: number, weight: number): void {
    this.buckets[bucket]! += weight;
    this.sum += weight;
    this.additions++;
    if (this.sum > this.halveAt) {
      this.scale(0.5);
      this.halveAt = Math.min(RELATION_SETTINGS.calibrationRows, HALVING_GROWTH * this.halveAt);
    }
    if (this.additions <= REFIT_EACH_OF_FIRST || this.additions % REFIT_EVERY === 0) this.refit();
  }

  /** Forgets so much that what was learnt weighs no more than this, and new values count soon. */
  limited(weight: number): this {
    if (this.sum > weight) this.scale(weight / this.sum);
    return this;
  }

  transfer(fields: StateFields): void {
    fields.sparseFloat32s(this.buckets);
    this.sum = fields.number(this.sum);
    this.halveAt = fields.number(this.halveAt);
    this.additions = fields.count(this.additions);
    this.median = fields.number(this.median);
    this.high = fields.number(this.high);
    this.tail = fields.number(this.tail);
  }

  private scale(factor: number): void {
    for (let i = 0; i < BUCKETS; i++) this.buckets[i]! *= factor;
    this.sum *= factor;
  }

  private refit(): void {
    if (this.sum <= 0) return;
    this.median = this.quantile(0.5);
    this.high = this.quantile(0.9);
    let weight = 0;
    let excess = 0;
    for (let i = Math.max(0, Math.floor(positionOf(this.high))); i < BUCKETS; i++) {
      const above = logarithmAt(i + 0.5) - this.high;
      if (above <= 0) continue;
      weight += this.buckets[i]!;
      excess += this.buckets[i]! * above;
    }
    const prior = Math.max((this.high - this.median) / 1.6, 0.05);
    this.tail = Math.max(TAIL_MIN, (excess + TAIL_PRIOR_WEIGHT * prior) / (weight + TAIL_PRIOR_WEIGHT));
  }

  /** Logarithm below which so large a share of the weight lies. */
  private quantile(share: number): number {
    const target = share * this.sum;
    let below = 0;
    for (let i = 0; i < BUCKETS; i++) {
      const weight = this.buckets[i]!;
      if (weight > 0 && below + weight >= target) return logarithmAt(i + Math.max(0, target - below) / weight);
      below += weight;
    }
    return logarithmAt(BUCKETS);
  }
}

/** Which bucket a statistic falls into, for adding it later. */
export function bucketOf(statistic: number): number {
  const position = positionOf(logarithm(statistic));
  return position < 0 ? 0 : position >= BUCKETS ? BUCKETS - 1 : Math.floor(position);
}

function logarithm(statistic: number): number {
  return Math.log2(statistic + 1e-9);
}

function positionOf(l: number): number {
  return (l - OCTAVE_MIN) * BUCKETS_AN_OCTAVE;
}

function logarithmAt(position: number): number {
  return OCTAVE_MIN + position / BUCKETS_AN_OCTAVE;
}
