import { type Beginning, emptyMetric } from './metric-codec';
import { CALIBRATIONS, F32 } from './metric-layout';
import { type MetricState, saveMetricState } from './metric-state';
import { startCalibration } from './tail-calibration';
import { YOUNG_TAILS } from './young-tails';

/**
 * What a series begins with. Statistics of a young series (distances in units of a scale that is itself hardly known) are
 * large on most series, and their first rows cannot tell what is usual. So the calibrations begin as if so many points had
 * been seen, spread as they are over the first hundred points of many different series; what the series sees itself counts
 * the same, and after some hundred points for more.
 */
export const BORROWED_POINTS = 100;

/** Statistics of young series, one entry for each calibration. */
export interface Tails {
  /** In points of {@link BORROWED_POINTS}, bucket by bucket; zeros at the end left out. */
  readonly counts: readonly number[];
  /** Beyond this a statistic is news. */
  readonly largest: number;
}

/** Lets the calibrations of an empty state begin with borrowed points. */
export function lendTails(state: MetricState, tails: readonly Tails[]): void {
  CALIBRATIONS.forEach((at, k) => {
    startCalibration(state, at, tails[k]!.counts, tails[k]!.largest);
  });
  state.f32[F32.calibrated] = BORROWED_POINTS;
}

let common: Beginning | undefined;

/** The beginning of a series of which no like ones are known; from seeded made-up series of twelve kinds. */
export function commonBeginning(): Beginning {
  if (common === undefined) {
    const state = emptyMetric();
    lendTails(state, YOUNG_TAILS);
    common = saveMetricState(state);
  }
  return common;
}
