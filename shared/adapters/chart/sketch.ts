/** One moment of a series as a plot needs it. */
export interface SketchPoint {
  readonly timestamp: number;
  /** Absent for what has scores only. */
  readonly value?: number | undefined;
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  readonly anomalyScore: number;
  readonly alarmScore: number;
  readonly isAnomaly: boolean;
}

export interface Pause {
  readonly from: number;
  readonly to: number;
}

/** Consecutive points drawn as one column of pixels: their extremes. */
export interface SketchBucket {
  readonly from: number;
  to: number;
  points: number;
  lowest: SketchPoint;
  highest: SketchPoint;
  lower: number | undefined;
  upper: number | undefined;
  /** The longest time without a point within it. */
  pause: Pause;
  /** The point of the highest anomaly_score. */
  strangest: SketchPoint;
  /** The anomaly of the highest alarm_score, if there is one. */
  alarm: SketchPoint | undefined;
  alarms: number;
}

export interface Sketch {
  /** Points must come in order of time. */
  add(point: SketchPoint): void;
  /** At most twice the capacity, in order of time. */
  buckets(): readonly SketchBucket[];
}

/**
 * A series in bounded memory for drawing: whatever is strange or extreme survives. When all buckets are full, neighbours are
 * joined and each then takes twice as many points. Deterministic.
 *
 * @param capacity buckets that a plot can tell apart
 */
export function newSketch(capacity: number): Sketch {
  let buckets: SketchBucket[] = [];
  let pointsEach = 1;
  return {
    add(point) {
      const last = buckets.at(-1);
      const single = bucketOf(point);
      if (last !== undefined && last.points < pointsEach) join(last, single);
      else buckets.push(single);
      if (buckets.length <= 2 * capacity) return;
      buckets = inPairs(buckets);
      pointsEach *= 2;
    },
    buckets: () => buckets,
  };
}

function bucketOf(point: SketchPoint): SketchBucket {
  return {
    from: point.timestamp,
    to: point.timestamp,
    points: 1,
    pause: { from: point.timestamp, to: point.timestamp },
    lowest: point,
    highest: point,
    lower: point.lower,
    upper: point.upper,
    strangest: point,
    alarm: point.isAnomaly ? point : undefined,
    alarms: point.isAnomaly ? 1 : 0,
  };
}

function inPairs(buckets: readonly SketchBucket[]): SketchBucket[] {
  const joined: SketchBucket[] = [];
  buckets.forEach((bucket, index) => {
    if (index % 2 === 0) joined.push(bucket);
    else join(joined.at(-1)!, bucket);
  });
  return joined;
}

function join(left: SketchBucket, right: SketchBucket): void {
  const between = { from: left.to, to: right.from };
  left.pause = [left.pause, between, right.pause].reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  left.to = right.to;
  left.points += right.points;
  if ((right.lowest.value ?? 0) < (left.lowest.value ?? 0)) left.lowest = right.lowest;
  if ((right.highest.value ?? 0) > (left.highest.value ?? 0)) left.highest = right.highest;
  left.lower = extreme(Math.min, left.lower, right.lower);
  left.upper = extreme(Math.max, left.upper, right.upper);
  if (right.strangest.anomalyScore > left.strangest.anomalyScore) left.strangest = right.strangest;
  if (right.alarm && (!left.alarm || right.alarm.alarmScore > left.alarm.alarmScore)) left.alarm = right.alarm;
  left.alarms += right.alarms;
}

function extreme(pick: (a: number, b: number) => number, a: number | undefined, b: number | undefined) {
  return a === undefined ? b : b === undefined ? a : pick(a, b);
}
