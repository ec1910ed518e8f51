/** The newest values of many series, for sparklines. Memory is bounded: the series longest unheard of leaves first. */
export interface RecentValues {
  add(source: string, metric: string, timestamp: number, value: number): void;
  /** Oldest first; empty for an unknown series. */
  of(source: string, metric: string): readonly RecentValue[];
}

export interface RecentValue {
  readonly timestamp: number;
  readonly value: number;
}

export function rememberValues({ perSeries = 40, seriesMax = 5_000 } = {}): RecentValues {
  const bySeries = new Map<string, RecentValue[]>();
  return {
    add(source, metric, timestamp, value) {
      const key = JSON.stringify([source, metric]);
      const values = bySeries.get(key) ?? [];
      values.push({ timestamp, value });
      if (values.length > perSeries) values.shift();
      bySeries.delete(key);
      bySeries.set(key, values);
      if (bySeries.size > seriesMax) bySeries.delete(bySeries.keys().next().value!);
    },
    of: (source, metric) => bySeries.get(JSON.stringify([source, metric])) ?? [],
  };
}
