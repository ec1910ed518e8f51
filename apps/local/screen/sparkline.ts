const BARS = '▁▂▃▄▅▆▇█';

/**
 * Values as bars between their least and greatest, in order; the marked one stands in brackets so that it shows without colour.
 * Equal values give the lowest bar.
 *
 * @param marked index of the anomalous value; outside the array: none
 */
export function sparkline(values: readonly number[], marked = -1): string {
  const least = Math.min(...values);
  // Halved first: the distance of two doubles may be beyond a double.
  const range = Math.max(...values) / 2 - least / 2;
  return values
    .map((value, index) => {
      const level = range > 0 ? Math.min(7, Math.floor(((value / 2 - least / 2) / range) * 8)) : 0;
      const bar = BARS[level]!;
      return index === marked ? `[${bar}]` : bar;
    })
    .join('');
}
