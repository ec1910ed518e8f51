import { pointScorer, type ScoredPoint } from '../../apps/cli/score/point-scorer';
import type { DrawnSeries } from '../../shared/adapters/chart/drawn';
import { newSketch, type SketchPoint } from '../../shared/adapters/chart/sketch';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import type { DataPoint } from '../../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { modelWithout, NOTHING_OUT, type PartsOut } from '../parts';

/** Columns of pixels in a figure. */
const CAPACITY = 450;

/** A span of time in which something is known to be wrong, epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A series, or the source as a whole, over a stretch of time. */
export interface Panel {
  readonly drawn: DrawnSeries;
  readonly wrong: readonly Span[];
}

/** What a panel is to show. */
export interface PanelWish {
  /** Absent: the source as a whole. */
  readonly metric: string | undefined;
  /** Of a metric's panel. */
  readonly title: string;
  readonly shown: Span;
  readonly wrong: readonly Span[];
}

/** All points of one source through the engine, drawn as wished. */
export function drawPanels(
  source: string,
  points: Iterable<DataPoint>,
  wishes: readonly PanelWish[],
  out: PartsOut = NOTHING_OUT,
  settings = DEFAULT_SETTINGS,
): Panel[] {
  const score = pointScorer(openSourceDetector, modelWithout(out), settings);
  const panels = wishes.map((wish) => ({ ...wish, sketch: newSketch(CAPACITY) }));
  for (const point of points) {
    const drawn = drawable(point.timestamp, score(point));
    for (const { metric, shown, sketch } of panels) {
      const moment = point.timestamp < shown.from || point.timestamp > shown.to ? undefined : drawn.get(metric);
      if (moment) sketch.add(moment);
    }
  }
  return panels.map(({ sketch, metric, title, wrong }) => ({
    drawn: { source, metric: metric === undefined ? undefined : title, buckets: sketch.buckets() },
    wrong,
  }));
}

/** One point, by metric; the source as a whole under undefined. */
function drawable(timestamp: number, { observations, conclusion }: ScoredPoint): Map<string | undefined, SketchPoint> {
  const moments = new Map<string | undefined, SketchPoint>();
  observations.forEach(({ metric, value, lower, upper }, at) => {
    if (metric !== undefined) moments.set(metric, { timestamp, value, lower, upper, ...conclusion.verdicts[at]! });
  });
  return moments.set(undefined, { timestamp, ...conclusion.source });
}
