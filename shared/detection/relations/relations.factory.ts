import { RelationDetector, relationReading } from './relation-detector';

/** Seeded uniform numbers in [0, 1), for tests and benches (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seeded standard normal numbers (Box and Muller). */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Rows of a plant: metrics that follow two hidden drivers, each with noise of its own. */
export function plantRows(metrics: number, rows: number, seed: number): Float64Array[] {
  const noise = normals(seed);
  let a = 0;
  let b = 0;
  return Array.from({ length: rows }, () => {
    a += 0.1 * (noise() - a);
    b += 0.1 * (noise() - b);
    return Float64Array.from({ length: metrics }, (_, j) => 10 * j + 3 * a + (j % 2 ? b : -b) + 0.2 * noise());
  });
}

export function metricNames(count: number): string[] {
  return Array.from({ length: count }, (_, j) => `m${j}`);
}

export interface DetectorRun {
  scores: number[];
  levels: number[];
}

/** All rows through a detector, new unless given. */
export function runRows(
  rows: readonly Float64Array[],
  detector = new RelationDetector(metricNames(rows[0]!.length)),
): DetectorRun {
  const reading = relationReading();
  const run: DetectorRun = { scores: [], levels: [] };
  for (const row of rows) {
    detector.advance(row, false, reading);
    run.scores.push(reading.score);
    run.levels.push(reading.level);
  }
  return run;
}
