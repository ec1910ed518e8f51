import { normals, uniforms } from '../../shared/detection/relations/relations.factory';

const DAY_MS = 86_400_000;

/** What a value is made of: its row and the time between rows. */
type Next = (row: number, stepMs: number) => number;

/** Noise as textbooks have it: what a detector of anything must be silent on. Each call begins a series of its own. */
export const NOISES = {
  gaussian: (seed) => normals(seed),
  /** Student's t with three degrees of freedom. */
  heavyTailed(seed) {
    const normal = normals(seed);
    return () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
  },
  autoregressive(seed) {
    const normal = normals(seed);
    let at = 0;
    return () => {
      at = 0.9 * at + normal();
      return at;
    };
  },
  seasonal(seed) {
    const normal = normals(seed);
    return (row, stepMs) => 10 * Math.sin((2 * Math.PI * row * stepMs) / DAY_MS) + normal();
  },
  /** Four on average (Knuth's product of uniforms). */
  poisson(seed) {
    const uniform = uniforms(seed);
    return () => {
      let count = 0;
      for (let product = uniform(); product > Math.exp(-4); product *= uniform()) count++;
      return count;
    };
  },
} satisfies Record<string, (seed: number) => Next>;
export const NOISE_NAMES = Object.keys(NOISES) as (keyof typeof NOISES)[];

export function noiseSeries(name: keyof typeof NOISES, seed: number, rows: number, stepMs: number): Float64Array {
  const next: Next = NOISES[name](seed);
  return Float64Array.from({ length: rows }, (_, row) => next(row, stepMs));
}
