import { parseArgs } from 'node:util';

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

/** Uniform numbers in [0, 1) from a seed: Mulberry32, Tommy Ettinger 2017. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
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
