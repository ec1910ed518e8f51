import { CENTROIDS, type HistogramAt } from './streaming-histogram';
import { BUCKETS, type CalibrationAt } from './tail-calibration';

/**
 * Where everything lies in a metric's state. Fields are only ever added at the end; another meaning of an existing byte needs
 * a new STATE_VERSION and an upgrade from the one before (see metric-codec.ts).
 */
let end = 0;

/** Room for numbers of so many bytes each; the index of the first in a view of that width. */
function reserve(count: number, bytesEach: 1 | 2 | 4 | 8): number {
  const index = Math.ceil(end / bytesEach);
  end = (index + count) * bytesEach;
  return index;
}

function histogram(pointsMax: number): HistogramAt {
  return { centroids: reserve(CENTROIDS, 4), head: reserve(4, 4), masses: reserve(CENTROIDS, 2), pointsMax };
}

function calibration(): CalibrationAt {
  return { buckets: reserve(BUCKETS, 2), largest: reserve(1, 4) };
}

/** u8: the layout's version; always first. */
export const VERSION = reserve(1, 1);

/** Stage 2, in the same place in a metric's state and in its source's (there for the relations). */
export const EPISODE = {
  /** u8: what the open episode is about. */
  kind: reserve(1, 1),
  /** u16: transitions of the open episode so far; 0 = none is open. */
  transition: reserve(1, 2),
  /** f32, see own-rate.ts: alarms that were due of late. It lies where earlier layouts left a gap, as do the two that go with it. */
  due: reserve(1, 4),
  /** f64, epoch milliseconds, 0 = none: the strongest recent alarm; begin of the open episode; since when it is calm. */
  alarmed: reserve(1, 8),
  opened: reserve(1, 8),
  calm: reserve(1, 8),
  /** f32: odds of the strongest recent alarm and how many milliseconds it holds; strongest alarm of the open episode. */
  peakOdds: reserve(1, 4),
  holdMs: reserve(1, 4),
  strongest: reserve(1, 4),
  /** f32: alarms that came of late. */
  alarms: reserve(1, 4),
} as const;
export const EPISODE_BYTES = Math.ceil(end / 8) * 8;

/** f64: numbers that need all their digits. */
export const F64 = {
  /** Epoch milliseconds of the first and of the newest value learnt. */
  first: reserve(1, 8),
  newest: reserve(1, 8),
} as const;

/** u32: arrivals and their times, as above also of the source. */
export const U32 = {
  /** Values learnt. */
  seen: reserve(1, 4),
  /** Low halves of recent timestamps in milliseconds. */
  recent: reserve(12, 4),
} as const;
export const RECENT_TIMESTAMPS = 12;
/** u8: where the next timestamp goes. */
export const RECENT_NEXT = reserve(1, 1);

/** f32: usual milliseconds between values. */
export const CADENCE = reserve(1, 4);
/** f32: how far the alarms that came of late reached, see own-rate.ts. */
export const OWN_REACH = reserve(1, 4);
/** Bytes of what a metric and its source have in common. */
export const HEAD_BYTES = Math.ceil(end / 8) * 8;

/** f64, in the metric's unit: what is subtracted from every value before it becomes a float32; the last reading. */
export const ORIGIN = reserve(1, 8);
export const READING = reserve(1, 8);
/** u8: a gauge or a counter, see counter.ts. u16: readings in a row without a fall, and how many of them were rises. */
export const COUNTER = { kind: reserve(1, 1), steady: reserve(1, 2), rises: reserve(1, 2) } as const;
/** u8, in a gap that earlier layouts left: a grain of the calibrations stands for 2 to the power of so many points. */
export const GRAIN = reserve(1, 1);

/** f32 */
export const F32 = {
  /** Exponent of the power of two that values are multiplied with. */
  exponent: reserve(1, 4),
  /** Last value, as an offset. */
  last: reserve(1, 4),
  /** Running means of the logarithm of the step, over 12, 64 and 400 points. */
  step12: reserve(1, 4),
  step64: reserve(1, 4),
  step400: reserve(1, 4),
  /** Scales of the two histograms of these. */
  scale12: reserve(1, 4),
  scale64: reserve(1, 4),
  /** Against the hour of day and against the hour of week: usual size and running mean of the deviation. */
  hourUsual: reserve(1, 4),
  hourSustained: reserve(1, 4),
  weekUsual: reserve(1, 4),
  weekSustained: reserve(1, 4),
  /** Sustained evidence, and the running mean of the score. */
  evidence: reserve(1, 4),
  meanScore: reserve(1, 4),
  /** In the calibrations, in grains of points. */
  calibrated: reserve(1, 4),
  /** Errors of the two expectations, and the band's width in units of the smaller. */
  lastError: reserve(1, 4),
  hourError: reserve(1, 4),
  bandWidth: reserve(1, 4),
} as const;

export const VALUES = histogram(8000);
export const STEPS_12 = histogram(1300);
export const STEPS_64 = histogram(1300);

/** One for each of the nine statistics, in the order of the features. */
export const CALIBRATIONS: readonly CalibrationAt[] = Array.from({ length: 9 }, calibration);

/** f32, f32, u8: usual compressed value by hour of day, its usual deviation, visits. */
export const HOUR = { mean: reserve(24, 4), deviation: reserve(24, 4), visits: reserve(24, 1) } as const;
/** i16 in fixed point: usual compressed value by hour of week; the smallest number stands for "not known". */
export const WEEK = { mean: reserve(168, 2) } as const;

/** f32: share of values equal to the one before; u16: how many in a row now, and the longest such run known. */
export const FROZEN = { share: reserve(1, 4), run: reserve(1, 2), longest: reserve(1, 2) } as const;

/** Bytes of a state without shapes. */
export const BASE_BYTES = Math.ceil(end / 8) * 8;

/** Points of a window, and shapes in a codebook. */
export const WINDOW = 8;
export const SHAPES = 32;

/** Where the codebook of one scale lies. */
export interface CodebookAt {
  /** Values averaged into one point of a window. */
  readonly valuesPerPoint: number;
  /** f32: values summed and how many; windows begun; shapes in use; their whole mass. */
  readonly sum: number;
  readonly summed: number;
  readonly points: number;
  readonly used: number;
  readonly total: number;
  /** f32: usual squared distance from the nearest shape; usual square of a window itself. */
  readonly distance: number;
  readonly power: number;
  /** f32: last surprise; earned weight of the family; weight among scales; points in the calibration. */
  readonly surprise: number;
  readonly earned: number;
  readonly weight: number;
  readonly calibrated: number;
  /** f32, {@link WINDOW} */
  readonly window: number;
  /** f32, {@link SHAPES}: usual squared distance of what a shape stands for. */
  readonly spreads: number;
  /** u16, {@link SHAPES}, in eighths. */
  readonly masses: number;
  /** i8, {@link SHAPES} times {@link WINDOW}, in 45ths. */
  readonly shapes: number;
  readonly calibration: CalibrationAt;
}

function codebook(valuesPerPoint: number): CodebookAt {
  return {
    valuesPerPoint,
    sum: reserve(1, 4),
    summed: reserve(1, 4),
    points: reserve(1, 4),
    used: reserve(1, 4),
    total: reserve(1, 4),
    distance: reserve(1, 4),
    power: reserve(1, 4),
    surprise: reserve(1, 4),
    earned: reserve(1, 4),
    weight: reserve(1, 4),
    calibrated: reserve(1, 4),
    window: reserve(WINDOW, 4),
    spreads: reserve(SHAPES, 4),
    masses: reserve(SHAPES, 2),
    shapes: reserve(SHAPES * WINDOW, 1),
    calibration: calibration(),
  };
}

/** Windows of 8, 32 and 96 values. */
export const CODEBOOKS: readonly CodebookAt[] = [codebook(1), codebook(4), codebook(12)];

/** f32: running mean of the shape surprise. u32: state of the random numbers. */
export const SHAPE = { sustained: reserve(1, 4), random: reserve(1, 4) } as const;

/** f32, milliseconds: the leap in time that waits to be confirmed, 0 = none; the longest step that was believed. */
export const LEAP = { pending: reserve(1, 4), longest: reserve(1, 4) } as const;

/** Bytes of a state with shapes. */
export const FULL_BYTES = Math.ceil(end / 8) * 8;
