/**
 * Divides what a view found among the metrics, by the squares of its deviations: out_j += whole · Σ c_j² / Σ c².
 *
 * @param deviations so many a metric, side by side
 */
export function addShares(out: Float64Array, whole: number, deviations: Float64Array, each: number): void {
  let all = 0;
  for (let i = 0; i < deviations.length; i++) all += deviations[i]! ** 2;
  if (all === 0) return;
  for (let i = 0, j = 0; i < deviations.length; j++)
    for (let k = 0; k < each; k++, i++) out[j]! += (whole * deviations[i]! ** 2) / all;
}
