import type { PointRow } from '../../../shared/domain/rows';

/** How many sources and series have been seen, for people; it stops counting where counting would cost memory. */
export interface SeenSeries {
  add(rows: readonly PointRow[]): void;
  totals(): { readonly sources: number; readonly series: number };
}

const SERIES_MAX = 100_000;

export function openSeenSeries(): SeenSeries {
  const sources = new Set<string>();
  const series = new Set<string>();
  return {
    add(rows) {
      for (const { source, metric } of rows) {
        if (series.size >= SERIES_MAX) return;
        sources.add(source);
        series.add(`${source}\n${metric}`);
      }
    },
    totals: () => ({ sources: sources.size, series: series.size }),
  };
}
