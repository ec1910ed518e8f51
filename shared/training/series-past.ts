import { learnTime } from '../detection/cadence';
import { CADENCE, HEAD_BYTES, U32 } from '../detection/metric-layout';
import { createMetricState } from '../detection/metric-state';
import { CENTROIDS, type HistogramAt, quantiles, quantilesOf, remember } from '../detection/streaming-histogram';

/** Behind the head of a metric's state, which the cadence is learnt in. */
const AT: HistogramAt = {
  centroids: HEAD_BYTES / 4,
  head: HEAD_BYTES / 4 + CENTROIDS,
  masses: HEAD_BYTES / 2 + 2 * (CENTROIDS + 4),
  pointsMax: 8_000,
};
const BYTES = HEAD_BYTES + 4 * (CENTROIDS + 4) + 2 * CENTROIDS;
const DECIMALS_MAX = 6;
/** Keeps offsets and their differences inside float32. */
const OFFSET_MAX = 1e37;
/** A number with more digits than this cannot be told from one with another decimal. */
const WHOLE_MAX = 2 ** 50;

/** What a series was like so far, in its own unit. */
export interface PastView {
  readonly points: number;
  readonly median: number;
  /** Robust spread: (q90 − q10) / 2.56; 0 where most values are the same. */
  readonly spread: number;
  /** Usual milliseconds between values. */
  readonly cadenceMs: number;
  /** As many as its values have; undefined: more than {@link DECIMALS_MAX}. */
  readonly decimals: number | undefined;
  readonly isNeverNegative: boolean;
  /** Share of values that were equal to the one before. */
  readonly repeats: number;
}

/** Learns what a series is like from its values, in the order in which they come. About 300 bytes. */
export interface SeriesPast {
  learn(value: number, timestamp: number): void;
  view(): PastView;
}

export function openSeriesPast(): SeriesPast {
  const state = createMetricState(BYTES);
  let origin = 0;
  let last = Number.NaN;
  let lowest = Number.POSITIVE_INFINITY;
  let repeats = 0;
  let decimals = 0;
  return {
    learn(value, timestamp) {
      if (state.u32[U32.seen] === 0) origin = value;
      learnTime(state, timestamp);
      state.u32[U32.seen]! += 1;
      remember(state, AT, Math.min(Math.max(value - origin, -OFFSET_MAX), OFFSET_MAX));
      if (value === last) repeats += 1;
      last = value;
      lowest = Math.min(lowest, value);
      while (decimals <= DECIMALS_MAX && !hasDecimals(value, decimals)) decimals += 1;
    },
    view() {
      quantilesOf(state, AT);
      const points = state.u32[U32.seen]!;
      return {
        points,
        median: origin + quantiles.q50,
        spread: (quantiles.q90 - quantiles.q10) / 2.56,
        cadenceMs: state.f32[CADENCE]!,
        decimals: decimals <= DECIMALS_MAX ? decimals : undefined,
        isNeverNegative: lowest >= 0,
        repeats: repeats / Math.max(1, points),
      };
    },
  };
}

/** Is it, but for what arithmetic leaves in the last digits, a number of so many decimals? */
function hasDecimals(value: number, decimals: number): boolean {
  const shifted = value * 10 ** decimals;
  return (
    Math.abs(shifted) < WHOLE_MAX && Math.abs(shifted - Math.round(shifted)) <= 1e-9 * Math.max(1, Math.abs(shifted))
  );
}
