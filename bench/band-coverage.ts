import { mean } from './averages';

/** How much of what is normal the bands hold, series by series. */
export interface BandCoverage {
  /** A normal value with its band; absent or NaN edges: there was none yet. */
  see(series: string, value: number, lower: number | undefined, upper: number | undefined): void;
  /** @param rows which rows were seen, in words */
  words(rows: string): string;
}

export function openBandCoverage(): BandCoverage {
  const counts = new Map<string, { rows: number; inside: number }>();
  return {
    see(series, value, lower = Number.NaN, upper = Number.NaN) {
      if (Number.isNaN(lower)) return;
      const count = counts.get(series) ?? { rows: 0, inside: 0 };
      counts.set(series, count);
      count.rows++;
      if (value >= lower && value <= upper) count.inside++;
    },
    words(rows) {
      const shares = [...counts.values()].map(({ rows: all, inside }) => inside / all).sort((a, b) => a - b);
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
      const tenth = percent(shares[Math.floor(shares.length / 10)]!);
      return `the band holds ${percent(mean(shares))} of ${rows} (lowest of ${shares.length} series ${percent(shares[0]!)}, a tenth below ${tenth}, highest ${percent(shares.at(-1)!)})`;
    },
  };
}
