const TINY = 1e-12;

/** As the Numenta Anomaly Benchmark runs it. */
const WINDOW_ROWS = 6400;
const MOVE_ROWS = 100;

/**
 * The plainest detector in use: how many standard deviations is a value from the mean of the last rows? Learns from every
 * value at first; once its window is full it moves on in steps.
 */
export function openWindowedGaussian(windowRows = WINDOW_ROWS, moveRows = MOVE_ROWS): (value: number) => number {
  const recent: number[] = [];
  let mean = 0;
  let squares = 0;
  let count = 0;
  const learn = (value: number, weight: 1 | -1) => {
    count += weight;
    const off = value - mean;
    mean += count === 0 ? -mean : (weight * off) / count;
    squares = Math.max(0, squares + weight * off * (value - mean));
  };
  return (value) => {
    const deviation = Math.sqrt(squares / Math.max(1, count));
    const score = count < 2 ? 0 : Math.abs(value - mean) / (deviation + TINY * (1 + Math.abs(mean)));
    recent.push(value);
    if (recent.length <= windowRows) learn(value, 1);
    else if (recent.length === windowRows + moveRows) {
      for (const arrived of recent.slice(windowRows)) learn(arrived, 1);
      for (const left of recent.splice(0, moveRows)) learn(left, -1);
    }
    return score;
  };
}

/** Of each row: standard deviations from the mean; 0 where nothing was measured. */
export function windowedGaussian(values: ArrayLike<number>): Float64Array {
  const judge = openWindowedGaussian();
  return Float64Array.from(values, (value) => (Number.isFinite(value) ? judge(value) : 0));
}
