import type { Curve, ModelEvaluation } from './evaluation-report';
import { type Evidence, WEEK_MS } from './evidence';
import { type Slice, usualDaysOf } from './measure-slice';
import { SCORE_BUCKETS } from './measures';

type Point = Curve[number];
const DECIMALS = 5;
/** Shorter ways, in lengths of an axis, are not seen. */
const STEP = 0.01;
/** The axis of false alarms goes so far beyond what a model gives, or to one a series and week. */
const BEYOND = 10;

/** What a model would have done at every threshold. */
export function curvesOf(evidence: Evidence, model: number, all: Slice): ModelEvaluation['curves'] {
  const ones = evidence.blocks.map(() => 1);
  const days = usualDaysOf(evidence, model, all.blocks, ones);
  const outcomes = all.windows.map((at) => evidence.windows[at]!);
  const strongest = countsOf(outcomes.map((outcome) => outcome.strongest[model]!));
  const loudest = countsOf(outcomes.map((outcome) => outcome.loudest[model]!));
  const seriesWeeks = all.blocks.reduce((sum, at) => sum + evidence.blocks[at]!.spanMs, 0) / WEEK_MS;
  const dayCount = days.reduce((sum, count) => sum + count, 0);
  const [roc, pr, alarms]: [Point[], Point[], Point[]] = [[[0, 0]], [], []];
  let [found, usual, told] = [0, 0, 0];
  for (let bucket = SCORE_BUCKETS - 1; bucket >= 0; bucket--) {
    found += strongest[bucket]!;
    usual += days[bucket]!;
    told += loudest[bucket]!;
    roc.push([usual / dayCount, found / outcomes.length]);
    if (found + usual > 0) pr.push([found / outcomes.length, found / (found + usual)]);
    alarms.push([evidence.falseAlarmsAt[model]![bucket]! / seriesWeeks, told / outcomes.length]);
  }
  const rate = all.blocks.reduce((sum, at) => sum + evidence.blocks[at]!.falseAlarms[model]!, 0) / seriesWeeks;
  return { roc: thinned(roc, 1), pr: thinned(pr, 1), alarms: thinned(alarms, rate > 0 ? BEYOND * rate : 1) };
}

function countsOf(buckets: readonly number[]): Float64Array {
  const counts = new Float64Array(SCORE_BUCKETS);
  for (const bucket of buckets) if (bucket >= 0) counts[bucket]! += 1;
  return counts;
}

/**
 * The points that a drawing can tell apart, with the corners before leaps and both ends.
 *
 * @param xMax where a drawing ends at the right
 */
function thinned(points: readonly Point[], xMax: number): Curve {
  const known = points
    .filter((point) => point.every(Number.isFinite))
    .map(([x, y]): Point => [Number(x.toFixed(DECIMALS)), Number(y.toFixed(DECIMALS))]);
  const way = ([x, y]: Point, [toX, toY]: Point) =>
    Math.abs(Math.min(toX, xMax) - Math.min(x, xMax)) / xMax + Math.abs(toY - y);
  const kept: Point[] = [];
  known.forEach((point, i) => {
    const [last, next] = [kept.at(-1), known[i + 1]];
    const isFar = last === undefined || way(last, point) >= STEP;
    const isCorner = next === undefined || way(point, next) >= STEP;
    if (isFar || (isCorner && way(last, point) > 0)) kept.push(point);
  });
  return kept;
}
