import type { Drawn, DrawnSeries } from '../../../shared/adapters/chart/drawn';
import { newSketch, type Sketch } from '../../../shared/adapters/chart/sketch';
import type { DataPoint } from '../../../shared/domain/data-point';
import type { ScoredPoint } from '../score/point-scorer';

/** Columns of pixels that a plot has room for. */
const SKETCH_CAPACITY = 900;
/** More panels would be a book. */
const PANELS_MAX = 8;
/** Series watched at most; each takes about 200 kB. */
const WATCHED_MAX = 128;

/** Watches scored points and keeps what a plot of them needs, in bounded memory. */
export function sourceSketches() {
  const watched = new Map<string, { source: string; metric: string | undefined; sketch: Sketch }>();
  const refused = new Set<string>();

  function sketchOf(source: string, metric: string | undefined): Sketch | undefined {
    const key = JSON.stringify([source, metric]);
    const known = watched.get(key);
    if (known) return known.sketch;
    if (watched.size >= WATCHED_MAX) {
      if (refused.size < 100_000) refused.add(key);
      return undefined;
    }
    const sketch = newSketch(SKETCH_CAPACITY);
    watched.set(key, { source, metric, sketch });
    return sketch;
  }

  return {
    add(point: DataPoint, { observations, conclusion }: ScoredPoint): void {
      const { source, timestamp } = point;
      let current = 0;
      observations.forEach(({ metric, standing, value, lower, upper }, at) => {
        if (metric === undefined || standing !== 'current') return;
        current += 1;
        const { anomalyScore, alarmScore, isAnomaly } = conclusion.verdicts[at]!;
        sketchOf(source, metric)?.add({ timestamp, value, lower, upper, anomalyScore, alarmScore, isAnomaly });
      });
      if (current < 2) return;
      const { anomalyScore, alarmScore, isAnomaly } = conclusion.source;
      sketchOf(source, undefined)?.add({ timestamp, anomalyScore, alarmScore, isAnomaly });
    },

    /** The series with the strongest alarms, if not all fit. */
    drawn(): Drawn {
      const all = [...watched.values()].map(({ source, metric, sketch }) => ({
        source,
        metric,
        buckets: sketch.buckets(),
      }));
      const strongest = [...all].sort((a, b) => strength(b) - strength(a)).slice(0, PANELS_MAX);
      return {
        series: bySource(all.filter((series) => strongest.includes(series))),
        leftOut: all.length + refused.size - strongest.length,
      };
    },
  };
}

function strength({ buckets }: DrawnSeries): number {
  return buckets.reduce(
    (most, { alarm, strangest }) => Math.max(most, alarm ? 1 + alarm.alarmScore : strangest.anomalyScore),
    0,
  );
}

/** Series of a source together, the source as a whole after its metrics. */
function bySource(series: readonly DrawnSeries[]): DrawnSeries[] {
  const sources = [...new Set(series.map(({ source }) => source))];
  return sources.flatMap((source) => {
    const own = series.filter((one) => one.source === source);
    return [...own.filter(({ metric }) => metric !== undefined), ...own.filter(({ metric }) => metric === undefined)];
  });
}
