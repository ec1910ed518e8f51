import type { SketchBucket, SketchPoint } from './sketch';

type XY = readonly [x: number, y: number];

/** Values in order of time, the extremes of each bucket; a pause of the series is a break (undefined y). */
export function valueLine(buckets: readonly SketchBucket[]): (XY | [number, null])[] {
  return withBreaks(buckets, ({ lowest, highest }) => {
    if (lowest === highest) return [[lowest.timestamp, lowest.value!]];
    const pair = lowest.timestamp < highest.timestamp ? [lowest, highest] : [highest, lowest];
    return pair.map(({ timestamp, value }): XY => [timestamp, value!]);
  });
}

export function scoreLine(buckets: readonly SketchBucket[]): (XY | [number, null])[] {
  return withBreaks(buckets, ({ strangest }) => [[strangest.timestamp, strangest.anomalyScore]]);
}

/** Outlines of the band: one for each stretch of time in which it is known. */
export function bandPolygons(buckets: readonly SketchBucket[]): (readonly XY[])[] {
  const pause = pauseMs(buckets);
  const stretches: [time: number, lower: number, upper: number][][] = [];
  let before: SketchBucket | undefined;
  for (const bucket of buckets) {
    const { from, to, lower, upper } = bucket;
    if (lower === undefined || upper === undefined) {
      before = undefined;
      continue;
    }
    if (!before || from - before.to > pause) stretches.push([]);
    stretches.at(-1)!.push([from, lower, upper]);
    if (bucket.pause.to - bucket.pause.from > pause) stretches.push([[bucket.pause.to, lower, upper]]);
    else if (bucket === buckets.at(-1)) stretches.at(-1)!.push([to, lower, upper]);
    before = bucket;
  }
  return stretches.map((stretch) => [
    ...stretch.map(([time, , upper]): XY => [time, upper]),
    ...stretch.map(([time, lower]): XY => [time, lower]).reverse(),
  ]);
}

/** Labels nearer to each other than this share of the time shown would overlap. */
const LABEL_SHARE = 0.035;

/** Time, value and alarm_score as text of the anomalies; of anomalies close together only the strongest has the text. */
export function anomalyMarks(buckets: readonly SketchBucket[]): [number, number, string][] {
  const alarms = alarmsOf(buckets);
  const distance = LABEL_SHARE * ((buckets.at(-1)?.to ?? 0) - (buckets[0]?.from ?? 0));
  const labelled: SketchPoint[] = [];
  for (const alarm of [...alarms].sort((a, b) => b.alarmScore - a.alarmScore)) {
    if (labelled.every(({ timestamp }) => Math.abs(timestamp - alarm.timestamp) > distance)) labelled.push(alarm);
  }
  return alarms.map((alarm) => [
    alarm.timestamp,
    alarm.value!,
    labelled.includes(alarm) ? alarm.alarmScore.toFixed(2) : '',
  ]);
}

export function alarmMarks(buckets: readonly SketchBucket[]): XY[] {
  return alarmsOf(buckets).map(({ timestamp, alarmScore }) => [timestamp, alarmScore]);
}

function alarmsOf(buckets: readonly SketchBucket[]): SketchPoint[] {
  return buckets.flatMap(({ alarm }) => (alarm ? [alarm] : []));
}

/**
 * What the axis of values shows: all values, and the band as far as it goes no further out than half their span; a young
 * band may be so wide that nothing else could be seen.
 */
export function valueRange(buckets: readonly SketchBucket[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { lowest, highest } of buckets) {
    min = Math.min(min, lowest.value ?? 0);
    max = Math.max(max, highest.value ?? 0);
  }
  const span = max - min || Math.abs(max) || 1;
  let low = min;
  let high = max;
  for (const { lower, upper } of buckets) {
    if (lower !== undefined) low = Math.max(min - span / 2, Math.min(low, lower));
    if (upper !== undefined) high = Math.min(max + span / 2, Math.max(high, upper));
  }
  const margin = (high - low) * 0.06 || span * 0.06;
  return { min: low - margin, max: high + margin };
}

function withBreaks(buckets: readonly SketchBucket[], draw: (bucket: SketchBucket) => XY[]): (XY | [number, null])[] {
  const pause = pauseMs(buckets);
  let before: SketchBucket | undefined;
  return buckets.flatMap((bucket) => {
    const isBreak = before !== undefined && bucket.from - before.to > pause;
    const gap: [number, null][] = isBreak ? [[before!.to, null]] : [];
    before = bucket;
    const { from, to } = bucket.pause;
    const drawn = draw(bucket);
    if (to - from <= pause) return [...gap, ...drawn];
    const early = drawn.filter(([time]) => time <= from);
    return [...gap, ...early, [from, null] as [number, null], ...drawn.slice(early.length)];
  });
}

/** Silence that is drawn as such: twenty times the usual step, and wide enough to be seen. */
function pauseMs(buckets: readonly SketchBucket[]): number {
  const steps = buckets.slice(1).map(({ from }, index) => from - buckets[index]!.to);
  const usual = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  const span = (buckets.at(-1)?.to ?? 0) - (buckets[0]?.from ?? 0);
  return Math.max(20 * usual, span / 100);
}
