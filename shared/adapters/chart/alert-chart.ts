import type { Charts } from '../../alerting/channel-ports';
import type { PointStore } from '../../detection/ports';
import type { AlertView } from '../../domain/notification';
import type { PointRow } from '../../domain/rows';
import type { DrawnSeries } from './drawn';
import { plotSvg } from './plot-svg';
import type { Rasterise } from './rasterise';
import { newSketch } from './sketch';

export interface AlertChartsOptions {
  readonly store: Pick<PointStore, 'readPoints'>;
  readonly rasterise: () => Promise<Rasterise>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How far back a chart looks: the first of these that shows enough of how things usually are. */
const LOOK_BACK_MS = [HOUR_MS, 8 * HOUR_MS, 3 * 24 * HOUR_MS, 14 * 24 * HOUR_MS] as const;
const ROWS_ENOUGH = 60;
const ROWS_MAX = 10_000;
/** Of an alert that spans metrics. */
const PANELS_MAX = 3;
const SKETCH_CAPACITY = 900;

/** Draws an alert's series from stored points: values over the band of the usual, and scores below. */
export function alertCharts({ store, rasterise }: AlertChartsOptions): Charts {
  return {
    async draw(alert, withinMs) {
      const drawing = async () => {
        const series = await seriesOf(alert, store);
        if (series.length === 0) return undefined;
        return (await rasterise())(plotSvg({ series, leftOut: 0 }, { threshold: alert.threshold }));
      };
      return inTime(drawing(), withinMs);
    },
  };
}

/** What comes too late is not waited for. */
async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, withinMs));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

async function seriesOf(alert: AlertView, store: AlertChartsOptions['store']): Promise<DrawnSeries[]> {
  const { source, metric, contributions } = alert;
  const metrics = metric === undefined ? [...new Set(contributions.map(({ name }) => name))] : [metric];
  const drawn: DrawnSeries[] = [];
  for (const name of metrics.slice(0, PANELS_MAX)) {
    const rows = await rowsAround(alert, name, store);
    if (rows.length > 1) drawn.push({ source, metric: name, buckets: bucketsOf(rows) });
  }
  return drawn;
}

async function rowsAround(
  { source, since, updatedAt, resolvedAt }: AlertView,
  metric: string,
  store: AlertChartsOptions['store'],
): Promise<readonly PointRow[]> {
  const end = Math.max(updatedAt, resolvedAt ?? 0) + MINUTE_MS;
  let rows: readonly PointRow[] = [];
  for (const backMs of LOOK_BACK_MS) {
    const from = since - Math.max(backMs, end - since);
    const found = await store.readPoints({ source, metric, from, to: end, limit: ROWS_MAX });
    // More than fits: the oldest were read, and what happened would be missing.
    if (found.length === ROWS_MAX) break;
    rows = found;
    if (rows.length >= ROWS_ENOUGH) break;
  }
  return rows;
}

function bucketsOf(rows: readonly PointRow[]) {
  const sketch = newSketch(SKETCH_CAPACITY);
  for (const row of rows) sketch.add(row);
  return sketch.buckets();
}
