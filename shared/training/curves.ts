import { CURVE_POINTS_MAX, type Curve, type ModelEvaluation } from './evaluation-report';
import { type Evidence, WEEK_MS } from './evidence';
import { type Slice, usualDaysOf } from './measure-slice';
import { SCORE_BUCKETS } from './measures';

type Point = Curve[number];
const DECIMALS = 5;

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
  return { roc: thinned(roc), pr: thinned(pr), alarms: thinned(alarms) };
}

function countsOf(buckets: readonly number[]): Float64Array {
  const counts = new Float64Array(SCORE_BUCKETS);
  for (const bucket of buckets) if (bucket >= 0) counts[bucket]! += 1;
  return counts;
}

/** Without points that say the same as their neighbours, and no more than are drawn; the ends stay. */
function thinned(points: readonly Point[]): Curve {
  const known = points
    .filter((point) => point.every(Number.isFinite))
    .map(([x, y]): Point => [Number(x.toFixed(DECIMALS)), Number(y.toFixed(DECIMALS))]);
  const corners = known.filter((point, i) => !isBetween(known[i - 1], point, known[i + 1]));
  const step = Math.max(1, (corners.length - 1) / (CURVE_POINTS_MAX - 1));
  return Array.from({ length: Math.min(corners.length, CURVE_POINTS_MAX) }, (_, i) => corners[Math.round(i * step)]!);
}

/** On the straight along an axis between its neighbours, or equal to one. */
function isBetween(before: Point | undefined, [x, y]: Point, after: Point | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return (before[0] === x && after[0] === x) || (before[1] === y && after[1] === y);
}
