import { performance } from 'node:perf_hooks';
import { RelationDetector, relationReading } from '../../shared/detection/relations/relation-detector';
import { median } from '../averages';
import type { LabelledRows } from './labelled-rows';

/** Times the usual step which counts as a gap. */
const GAP_STEPS = 20;

export interface DetectorRun {
  readonly scores: Float64Array;
  readonly alarms: Uint8Array;
  /** Place of the metric with the largest contribution. */
  readonly blamed: Int16Array;
  readonly microsecondsARow: number;
  readonly bytesAtRest: number;
}

/** The detector over all rows, as in the product. */
export function runDetector(source: LabelledRows): DetectorRun {
  const detector = new RelationDetector(source.metrics);
  const reading = relationReading();
  const count = source.rows.length;
  const scores = new Float64Array(count);
  const alarms = new Uint8Array(count);
  const blamed = new Int16Array(count);
  const longStep = GAP_STEPS * median(source.timestamps.slice(1).map((t, i) => t - source.timestamps[i]!));
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const gap = i > 0 && source.timestamps[i]! - source.timestamps[i - 1]! > longStep;
    detector.advance(source.rows[i]!, gap, reading);
    scores[i] = reading.score;
    alarms[i] = reading.alarm ? 1 : 0;
    blamed[i] = largestAt(reading.contributions);
  }
  const microsecondsARow = (1000 * (performance.now() - start)) / count;
  return { scores, alarms, blamed, microsecondsARow, bytesAtRest: detector.encode().length };
}

function largestAt(values: ArrayLike<number>): number {
  let at = 0;
  for (let j = 1; j < values.length; j++) if (values[j]! > values[at]!) at = j;
  return at;
}
