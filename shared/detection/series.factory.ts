import type { DataPoint } from '../domain/data-point';
import { DEFAULT_SETTINGS, type SourceSettings } from '../domain/settings';
import { builtInModel } from './built-in-model';
import { openSourceDetector } from './open-source-detector';
import type { StateFields } from './ports';
import { normals } from './relations/relations.factory';
import type { ConcludeContext, Conclusion, Observation, SourceDetector } from './source-detector';

// Builders for the tests of this folder.

export const CONTEXT: ConcludeContext = {
  versions: { model: builtInModel.version, settings: 1, schema: 1 },
  degraded: false,
  warming: false,
};
export const SETTINGS = DEFAULT_SETTINGS.defaults;
export const MINUTE_MS = 60_000;
export const START = Date.UTC(2026, 0, 5);

/** A day's wave with noise, every five minutes; a spike of 20 deviations at `spikeAt`. */
export function dailyWave(rows: number, seed: number, spikeAt = -1): number[] {
  const normal = normals(seed);
  return Array.from(
    { length: rows },
    (_, row) => 50 + 10 * Math.sin((2 * Math.PI * row) / 288) + normal() + (row === spikeAt ? 20 : 0),
  );
}

export interface Step {
  readonly observations: readonly Observation[];
  readonly conclusion: Conclusion;
}

export function point(timestamp: number, metrics: Record<string, number>): DataPoint {
  return { source: 'pump-17', timestamp, metrics, tags: { site: 'berlin' } };
}

export function open(fields?: StateFields, settings: Partial<SourceSettings> = {}): SourceDetector {
  return openSourceDetector('pump-17', { ...SETTINGS, ...settings }, fields);
}

/** Both stages for one point, with the built-in model. */
export function step(detector: SourceDetector, at: DataPoint): Step {
  const observations = detector.advance(at);
  const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
  return { observations, conclusion: detector.conclude(at, observations, scores, CONTEXT) };
}

/** Both stages for a series of one metric. */
export function run(
  detector: SourceDetector,
  values: readonly number[],
  everyMs = 5 * MINUTE_MS,
  from = START,
): Step[] {
  return values.map((value, row) => step(detector, point(from + row * everyMs, { level: value })));
}
