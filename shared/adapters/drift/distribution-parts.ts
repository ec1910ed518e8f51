import { z } from 'zod';
import { Distributions } from '../../training/distributions';
import type { DistributionPart } from '../../training/ports';

/** Parts of a distribution log, wherever they are kept: `2026-11-30/<from>-<process>.json`, a JSON array of distributions. */

const ProcessSchema = z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens');
const NAME = /^(\d{1,15})-[A-Za-z0-9-]{1,40}\.json$/;
const DAY_MS = 86_400_000;
/** Longest time that is asked about at once: so many days are listed. */
const DAYS_MAX = 32;

export function partPath({ process, from }: DistributionPart): string {
  return `${dayOf(from)}/${from}-${ProcessSchema.parse(process)}.json`;
}

export function partText(counted: readonly Distributions[]): string {
  return `${JSON.stringify(counted)}\n`;
}

/** `2026-11-30` (UTC). */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Days in which a part of a time may lie, in order. @throws {RangeError} if there are more than a month's */
export function daysBetween(from: number, until: number): string[] {
  if (until <= from) return [];
  const first = Math.floor(from / DAY_MS);
  const count = Math.floor((until - 1) / DAY_MS) - first + 1;
  if (!(count <= DAYS_MAX)) throw new RangeError(`${count} days of distributions are asked for; at most ${DAYS_MAX}`);
  return Array.from({ length: count }, (_, k) => dayOf((first + k) * DAY_MS));
}

/** Does a file of this name hold a part that begins in a time? */
export function beginsIn(name: string, from: number, until: number): boolean {
  const begin = NAME.exec(name)?.[1];
  return begin !== undefined && Number(begin) >= from && Number(begin) < until;
}

/** Sums parts as they are read: features of all, scores of the one of some models that gave most. */
export class DistributionSum {
  private readonly sums: readonly Distributions[];

  /** @param models versions, one at least; of those that gave as many scores, the first */
  constructor(models: readonly string[]) {
    this.sums = models.map((model) => new Distributions(model));
  }

  /** Adds a part. What is of another schema, or no part at all, adds nothing: it is another version's, or damaged. */
  add(text: string): void {
    // Without scores, features are of any model.
    for (const part of partsOf(text))
      for (const sum of this.sums) sum.merge(part.model === sum.model ? part : part.rescored(sum.model, []));
  }

  get sum(): Distributions {
    return this.sums.reduce((most, one) => (scored(one) > scored(most) ? one : most));
  }
}

function scored(distributions: Distributions): number {
  return distributions.scoreCounts().reduce((sum, count) => sum + count, 0);
}

function partsOf(text: string): Distributions[] {
  try {
    return (JSON.parse(text) as unknown[]).map((document) => Distributions.from(document));
  } catch {
    return [];
  }
}
