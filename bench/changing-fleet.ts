import { makeFleet } from '../apps/local/demo/fleet';
import { historyPoints } from '../apps/local/demo/world';
import { normals } from '../shared/detection/relations/relations.factory';
import type { DataPoint } from '../shared/domain/data-point';

/** What becomes of a series' values from some day on; rows are counted from there. */
export interface Change {
  readonly name: string;
  /** @param scale standard deviation of the series until then */
  of(value: number, series: { row: number; held: number }, scale: number, normal: () => number): number;
}

export const CHANGES: readonly Change[] = [
  { name: 'none', of: (value) => value },
  { name: 'more noise', of: (value, _, scale, normal) => value + 1.5 * scale * normal() },
  {
    name: 'spikes, one in twenty values',
    of: (value, { row }, scale, normal) => (row % 20 === 7 ? value + 4 * scale * normal() : value),
  },
  {
    name: 'levels that wander',
    of(value, series, scale, normal) {
      series.held += 0.3 * scale * normal();
      return value + series.held;
    },
  },
  {
    name: 'noisy hours, two of six',
    of: (value, { row }, scale, normal) => (row % 24 < 8 ? value + 2 * scale * normal() : value),
  },
  { name: 'coarser steps', of: (value, _, scale) => Math.round(value / scale) * scale },
  {
    name: 'values held for five hours of ten',
    of(value, series) {
      if (series.row % 40 === 0) series.held = value;
      return series.row % 40 < 20 ? series.held : value;
    },
  },
];

const DAY_MS = 86_400_000;
export const FLEET_START = Date.UTC(2026, 9, 5);

/** The demo's fleet, a point of each source every quarter of an hour; its data change on one day. Seeded. */
export function* changingFleet(
  change: Change,
  { seed, days, changeDay, sources }: { seed: number; days: number; changeDay: number; sources?: number },
): Generator<DataPoint> {
  const whole = makeFleet(seed);
  const fleet = { ...whole, sources: whole.sources.slice(0, sources) };
  const normal = normals(seed);
  const known = new Map<string, { row: number; held: number; count: number; mean: number; squares: number }>();
  for (const point of historyPoints(fleet, FLEET_START, FLEET_START + days * DAY_MS, DAY_MS / 96)) {
    const isChanged = point.timestamp >= FLEET_START + changeDay * DAY_MS;
    const metrics: Record<string, number> = {};
    for (const [metric, value] of Object.entries(point.metrics)) {
      const key = `${point.source}\u0000${metric}`;
      const series = known.get(key) ?? { row: 0, held: 0, count: 0, mean: 0, squares: 0 };
      known.set(key, series);
      if (isChanged) {
        metrics[metric] = change.of(value, series, Math.sqrt(series.squares / series.count), normal);
        series.row += 1;
        continue;
      }
      metrics[metric] = value;
      // Welford's recurrence.
      const off = value - series.mean;
      series.mean += off / ++series.count;
      series.squares += off * (value - series.mean);
    }
    yield { ...point, metrics };
  }
}
