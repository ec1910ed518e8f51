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
/** What JavaScript holds wavers with what is under way, in a long run as in a short one. */
const HELD_GROWTH_MAX = 1.3;
const SETTLED_SECONDS = 300;

/** The promises that the run breaks, in words; none: all are kept. */
export function judgeLoad(run: LoadRun, { answerMs }: LoadPromises): readonly string[] {
  const { accepted, stored, metrics, seconds, rate } = run;
  const lost = accepted - stored.points;
  const doubled = stored.values - stored.points * metrics;
  const p99 = quantile(run.answersMs, 0.99);
  const perSecond = accepted / seconds;
  const growth = growthOf(run);
  const growthMax = GROWTH_MAX[seconds < SETTLED_SECONDS ? 'short' : 'settled'];
  return [
    ...(lost === 0 ? [] : [lost > 0 ? `${lost} points are lost` : `${-lost} points are stored that nobody took`]),
    ...(doubled === 0 ? [] : [doubled > 0 ? `${doubled} values are doubled` : `${-doubled} values are missing`]),
    ...(perSecond >= RATE_SHARE * rate ? [] : [`${perSecond.toFixed(0)} points/s were taken, not ${rate}`]),
    ...(p99 <= answerMs ? [] : [`99 % of answers take ${p99.toFixed(0)} ms, more than ${answerMs}`]),
    ...grown('memory', growth.anonymous, growthMax),
    ...grown('what JavaScript holds', growth.held, HELD_GROWTH_MAX),
  ];
}

/** How many times the memory of the third before the last third takes. */
export function growthOf({ memory }: Pick<LoadRun, 'memory'>): Pick<Memory, 'anonymous' | 'held'> {
  const third = Math.floor(memory.length / 3);
  const growth = (of: (one: Memory) => number) =>
    mean(memory.slice(-third).map(of)) / mean(memory.slice(-2 * third, -third).map(of));
  return { anonymous: growth(({ anonymous }) => anonymous), held: growth(({ held }) => held) };
}

/** @param sorted ascending, one at least */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** Not a number: too few looks to say so. */
function grown(what: string, times: number, most: number): readonly string[] {
  return times > most ? [`${what} grows: ${times.toFixed(2)} times a third of the run before, more than ${most}`] : [];
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
