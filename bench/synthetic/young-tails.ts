import { BORROWED_POINTS, type Tails } from '../../shared/detection/beginning';
import { emptyMetric } from '../../shared/detection/metric-codec';
import { advanceMetric, createFindings } from '../../shared/detection/metric-detector';
import { CALIBRATIONS, F32 } from '../../shared/detection/metric-layout';
import { countsOf } from '../../shared/detection/tail-calibration';
import { FAMILY_NAMES, type FamilyName, syntheticSeries } from './series';

const ROWS = 100;
const SEEDS = 60;
/** No other bench uses these. */
const FIRST_SEED = 10_000;
/** Of the largest statistics of young series this share is smaller than what counts as news. */
const USUAL_SHARE = 0.9;
const EIGHTHS = 8;

/** How statistics spread over the first hundred points of made-up series, with a family left out or none. */
export function learnYoungTails(leftOut?: FamilyName): Tails[] {
  const counts = CALIBRATIONS.map((): number[] => []);
  const largest = CALIBRATIONS.map((): number[] => []);
  const found = createFindings();
  let points = 0;
  for (const family of FAMILY_NAMES) {
    if (family === leftOut) continue;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const { timestamps, values } = syntheticSeries(family, seed, ROWS);
      const state = emptyMetric();
      for (let row = 0; row < ROWS; row++) advanceMetric(state, values[row]!, timestamps[row]! / 1000, false, found);
      CALIBRATIONS.forEach((at, k) => {
        for (const [j, count] of countsOf(state, at).entries()) counts[k]![j] = (counts[k]![j] ?? 0) + count;
        largest[k]!.push(state.f32[at.largest]!);
      });
      points += state.f32[F32.calibrated]!;
    }
  }
  return CALIBRATIONS.map((_, k) => ({
    counts: trimmed(counts[k]!.map((count) => Math.round((count / points) * BORROWED_POINTS * EIGHTHS) / EIGHTHS)),
    largest: Number(quantile(largest[k]!, USUAL_SHARE).toPrecision(3)),
  }));
}

function trimmed(counts: readonly number[]): number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
}
