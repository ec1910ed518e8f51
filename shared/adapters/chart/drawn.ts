import type { SketchBucket } from './sketch';

/** A series, or (metric absent) the scores of a source as a whole. */
export interface DrawnSeries {
  readonly source: string;
  readonly metric: string | undefined;
  readonly buckets: readonly SketchBucket[];
}

export interface Drawn {
  /** Series of one source stand together, in the order in which they appeared. */
  readonly series: readonly DrawnSeries[];
  /** Series that were seen but are not among them. */
  readonly leftOut: number;
}
