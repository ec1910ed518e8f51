import { parseArgs } from 'node:util';

export { uniforms as seeded } from '../../shared/detection/relations/relations.factory';

/** Of the stream, before they are split. */
export const SHARDS = 4;

/** What a run of the fault test is told; the same for all its processes. */
export interface Plan {
  readonly seed: number;
  readonly points: number;
  readonly sources: number;
  /** Faults to inject at least. */
  readonly faults: number;
  readonly batchSize: number;
}

export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      points: { type: 'string', default: '200000' },
      sources: { type: 'string', default: '200' },
      faults: { type: 'string', default: '1000' },
      batch: { type: 'string', default: '250' },
    },
  });
  return {
    seed: Number(values.seed),
    points: Number(values.points),
    sources: Number(values.sources),
    faults: Number(values.faults),
    batchSize: Number(values.batch),
  };
}

/** One of the weighted choices. */
export function choose<T>(random: () => number, weighted: readonly (readonly [weight: number, choice: T])[]): T {
  let at = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, choice] of weighted) {
    at -= weight;
    if (at < 0) return choice;
  }
  return weighted[weighted.length - 1]![1];
}
