import { matchesPattern } from '../domain/settings';
import type { Label } from './labels';
import { sampleHash } from './sample-hash';

/** Which sources are drawn, where a history has more points than a run is to replay. */
export interface SampleRules {
  /** So many points are kept at most. */
  readonly pointsMax: number;
  readonly seed: number;
  /** Sources that stay for ten halvings more, a thousand times as likely as others: what people said of them is to count. */
  readonly preferred: ReadonlySet<string>;
  /** Pattern of those that are trained on, preferred in the same way before all others, which are tested alone; absent: all. */
  readonly sources?: string | undefined;
}

/** Of how many of all sources the points are, those that people labelled aside; 1: all. */
export interface DrawnShares {
  /** Of those that are trained on. */
  readonly named: number;
  /** Of those that are tested alone; as `named` where there are none. */
  readonly others: number;
}

const PREFERRED_HALVINGS = 10;
const HALVINGS_MAX = 32;

/**
 * Draws whole sources by hash: half of them, of these half, and so on, as often as points that were offered are too many. What is
 * drawn in the end follows from points and seed, whatever their order. O(1) time a point; memory does not grow with sources.
 */
export class SourceSample {
  private halvings = 0;
  private kept = 0;
  /** Points offered, by how many halvings their source stays. */
  private readonly points = new Array<number>(HALVINGS_MAX + 2 * PREFERRED_HALVINGS + 1).fill(0);
  /** Points of a source mostly come one after the other. */
  private last = { source: '', stays: -1 };

  constructor(private readonly rules: SampleRules) {}

  /** Counts a point. @returns whether its source is drawn still */
  offer(source: string): boolean {
    const stays = this.staysOf(source);
    this.points[stays]! += 1;
    if (stays < this.halvings) return false;
    this.kept += 1;
    while (this.kept > this.rules.pointsMax && this.halvings < this.points.length) {
      this.kept -= this.points[this.halvings]!;
      this.halvings += 1;
    }
    return stays >= this.halvings;
  }

  /** After the last point was offered: is its source drawn? */
  has(source: string): boolean {
    return this.staysOf(source) >= this.halvings;
  }

  get shares(): DrawnShares {
    const spared = this.rules.sources === undefined ? 0 : PREFERRED_HALVINGS;
    return { named: 2 ** -Math.max(0, this.halvings - spared), others: 2 ** -this.halvings };
  }

  private staysOf(source: string): number {
    if (this.last.source === source && this.last.stays >= 0) return this.last.stays;
    const { seed, preferred, sources } = this.rules;
    const reasons = Number(preferred.has(source)) + Number(sources !== undefined && matchesPattern(sources, source));
    const stays = Math.clz32(sampleHash(seed, 'sources', source)) + reasons * PREFERRED_HALVINGS;
    this.last = { source, stays };
    return stays;
  }
}

/** Of a plan; undefined: all sources are replayed. Preferred are those that people called right or wrong in. */
export function sampleRules(plan: {
  readonly pointsMax?: number | undefined;
  readonly seed: number;
  readonly labels: readonly Label[];
  readonly sources?: string | undefined;
}): SampleRules | undefined {
  const { pointsMax, seed, labels, sources } = plan;
  if (pointsMax === undefined) return undefined;
  const named = labels.filter(({ verdict }) => verdict !== 'exclude').map(({ source }) => source);
  return { pointsMax, seed, preferred: new Set(named), ...(sources === undefined ? {} : { sources }) };
}

/** `1 of 64`, `all`. */
export function shareWords(share: number): string {
  return share === 1 ? 'all' : `1 of ${Math.round(1 / share).toLocaleString('en-US')}`;
}
