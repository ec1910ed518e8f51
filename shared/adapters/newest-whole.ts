/** Asked for beyond the limit, so that the oldest timestamp within it is whole although others of its rows are hidden. */
export const NEWEST_SPARE = 64;

/** The newest rows of those in order of time, no timestamp in part; one that alone exceeds the limit is cut. */
export function newestWhole<Row extends { readonly timestamp: number }>(
  rows: readonly Row[],
  limit: number,
): readonly Row[] {
  let first = Math.max(0, rows.length - limit);
  if (first === 0) return rows;
  while (first < rows.length && rows[first - 1]!.timestamp === rows[first]!.timestamp) first++;
  return rows.slice(first === rows.length ? rows.length - limit : first);
}
