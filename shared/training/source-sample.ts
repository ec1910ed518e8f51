import type { Label } from './labels';
import { sampleHash } from './sample-hash';

/** Which sources are drawn, where a history has more points than a run is to replay. */
export interface SampleRules {
  /** So many points are kept at most. */
  readonly pointsMax: number;
  readonly seed: number;
  /** Sources that stay for ten halvings more, a thousand times as likely as others: what people said of them is to count. */
  readonly preferred: ReadonlySet<string>;
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
  private readonly points = new Array<number>(HALVINGS_MAX + PREFERRED_HALVINGS + 1).fill(0);
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

  /** Of sources that nobody prefers; 1: all are drawn. */
  get share(): number {
    return 2 ** -this.halvings;
  }

  private staysOf(source: string): number {
    if (this.last.source === source && this.last.stays >= 0) return this.last.stays;
    const hash = sampleHash(this.rules.seed, 'sources', source);
    const stays = Math.clz32(hash) + (this.rules.preferred.has(source) ? PREFERRED_HALVINGS : 0);
    this.last = { source, stays };
    return stays;
  }
}

/** Of a plan; undefined: all sources are replayed. Preferred are those that people called right or wrong in. */
export function sampleRules(plan: {
  readonly pointsMax?: number | undefined;
  readonly seed: number;
  readonly labels: readonly Label[];
}): SampleRules | undefined {
  const { pointsMax, seed, labels } = plan;
  if (pointsMax === undefined) return undefined;
  const named = labels.filter(({ verdict }) => verdict !== 'exclude').map(({ source }) => source);
  return { pointsMax, seed, preferred: new Set(named) };
}

/** `1 of 64`. */
export function shareWords(share: number): string {
  return `1 of ${Math.round(1 / share).toLocaleString('en-US')}`;
}
