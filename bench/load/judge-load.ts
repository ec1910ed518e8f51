import type { Memory } from './started-program';

/** What a run of load came to. */
export interface LoadRun {
  readonly seconds: number;
  /** Points a second that were asked for. */
  readonly rate: number;
  readonly accepted: number;
  readonly refused: number;
  /** Points, each once, and values as rows in the store. */
  readonly stored: { readonly points: number; readonly values: number };
  readonly metrics: number;
  /** From a post to its answer, in ascending order. */
  readonly answersMs: readonly number[];
  /** At equal distances. */
  readonly memory: readonly Memory[];
}

export interface LoadPromises {
  /** 99 % of posts are answered within so many milliseconds. */
  readonly answerMs: number;
}

/** Of the rate that was asked for, so much must have been accepted, or it was no such load. */
const RATE_SHARE = 0.9;
/**
 * The last third may exceed the third before by so much. All the while DuckDB keeps more of its file in memory, up to the 256 MB
 * that it may have: at 2,000 points/s of three metrics 11 MB a minute, by its own account. A run that is shorter is not settled
 * at all: the collector has not seen much.
 */
const GROWTH_MAX = { settled: 1.2, short: 1.5 } as const;
/**
 * Bytes a point by which what JavaScript holds may rise. A leak of 400 bytes a point is 46 MB a minute at 2,000 points/s. What
 * is under way wavers by tens of megabytes, the more the busier the machine is: on a busy one the slope of five minutes wavers
 * by 60 bytes a point, that of 45 seconds by 2 to 222.
 */
const RISE_MAX = { settled: 64, short: 384 } as const;
/** What is under way only adds: of so many looks in a row the lowest is nearest to what is held for good. */
const LOWEST_OF = 5;
/** With fewer there is no saying whether memory rises. */
export const LOOKS_MIN = 30;
/** Of ten minutes, as a run has by default, what wavers is a small part. */
const SETTLED_SECONDS = 540;

/** Is the run long enough for memory to settle, so that it can be called flat? */
export function isSettled({ seconds }: Pick<LoadRun, 'seconds'>): boolean {
  return seconds >= SETTLED_SECONDS;
}

/** Bytes a point by which what JavaScript holds may rise in such a run. */
export function riseMax(run: Pick<LoadRun, 'seconds'>): number {
  return RISE_MAX[isSettled(run) ? 'settled' : 'short'];
}

/** The promises that the run breaks, in words; none: all are kept. */
export function judgeLoad(run: LoadRun, { answerMs }: LoadPromises): readonly string[] {
  const { accepted, stored, metrics, seconds, rate, memory } = run;
  const lost = accepted - stored.points;
  const doubled = stored.values - stored.points * metrics;
  const p99 = quantile(run.answersMs, 0.99);
  const perSecond = accepted / seconds;
  const growth = growthOf(run);
  const growthMax = GROWTH_MAX[isSettled(run) ? 'settled' : 'short'];
  const rise = heldRise(run);
  return [
    ...(lost === 0 ? [] : [lost > 0 ? `${lost} points are lost` : `${-lost} points are stored that nobody took`]),
    ...(doubled === 0 ? [] : [doubled > 0 ? `${doubled} values are doubled` : `${-doubled} values are missing`]),
    ...(perSecond >= RATE_SHARE * rate ? [] : [`${perSecond.toFixed(0)} points/s were taken, not ${rate}`]),
    ...(p99 <= answerMs ? [] : [`99 % of answers take ${p99.toFixed(0)} ms, more than ${answerMs}`]),
    ...(memory.length >= LOOKS_MIN ? [] : [`${memory.length} looks at memory are too few to judge it`]),
    ...(!(growth > growthMax)
      ? []
      : [`memory grows: ${growth.toFixed(2)} times a third of the run before, more than ${growthMax}`]),
    ...(!(rise > riseMax(run))
      ? []
      : [`what JavaScript holds rises by ${rise.toFixed(0)} bytes a point, more than ${riseMax(run)}`]),
  ];
}

/** How many times the memory of the third before the last third takes, without pages of files. */
export function growthOf({ memory }: Pick<LoadRun, 'memory'>): number {
  const third = Math.floor(memory.length / 3);
  const looks = memory.map(({ anonymous }) => anonymous);
  return mean(looks.slice(-third)) / mean(looks.slice(-2 * third, -third));
}

/**
 * Bytes a point by which what JavaScript holds rises over the later two thirds of the run: least squares through the lowest of
 * every {@link LOWEST_OF} looks. Not a number with too few looks.
 */
export function heldRise({ memory, accepted }: Pick<LoadRun, 'memory' | 'accepted'>): number {
  const pointsALook = accepted / memory.length;
  const groups = Math.floor((2 * memory.length) / 3 / LOWEST_OF);
  if (memory.length < LOOKS_MIN) return Number.NaN;
  const later = memory.slice(-groups * LOWEST_OF).map(({ held }, at) => ({ points: at * pointsALook, held }));
  const lowest = Array.from({ length: groups }, (_, group) =>
    later.slice(group * LOWEST_OF, (group + 1) * LOWEST_OF).reduce((a, b) => (b.held < a.held ? b : a)),
  );
  return 2 ** 20 * slope(lowest.map(({ points, held }) => [points, held]));
}

/** @param sorted ascending, one at least */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** Of least squares. */
function slope(xy: readonly (readonly [x: number, y: number])[]): number {
  const [meanX, meanY] = [mean(xy.map(([x]) => x)), mean(xy.map(([, y]) => y))];
  const [covariance, variance] = xy.reduce(
    ([c, v], [x, y]) => [c + (x - meanX) * (y - meanY), v + (x - meanX) ** 2],
    [0, 0],
  );
  return covariance! / variance!;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
