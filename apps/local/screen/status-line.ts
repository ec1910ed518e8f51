import type { StillLearning } from '../../../shared/detection/still-learning';
import { duration, wholeNumber } from './numbers';
import { cut, plainText } from './plain-text';

export interface LiveCounters {
  readonly points: number;
  readonly pointsPerSecond: number;
  readonly sources: number;
  readonly series: number;
  /** From a point's acceptance to its row, milliseconds; absent while nothing is known. */
  readonly lagMs: number | undefined;
  readonly rejected: number;
  readonly openAnomalies: number;
  /** Series that are too young to alarm; absent: none. */
  readonly learning?: Pick<StillLearning, 'size' | 'words'>;
}

/** One line that is refreshed in place; never wider than the terminal, or it could not be erased. */
export function statusLine(title: string, counters: LiveCounters, columns: number): string {
  const { points, pointsPerSecond, sources, series, lagMs, rejected, openAnomalies, learning } = counters;
  const parts = [
    title,
    `${wholeNumber(points)} points`,
    `${pointsPerSecond < 10 ? pointsPerSecond.toFixed(1) : wholeNumber(pointsPerSecond)}/s`,
    `${wholeNumber(sources)} sources`,
    `${wholeNumber(series)} series`,
    ...(learning === undefined || learning.size === 0 ? [] : [learningWords(learning)]),
    ...(lagMs === undefined ? [] : [`lag ${duration(lagMs)}`]),
    `${wholeNumber(openAnomalies)} open`,
    ...(rejected === 0 ? [] : [`${wholeNumber(rejected)} rejected`]),
  ];
  return cut(parts.join(' · '), columns - 1);
}

function learningWords(learning: Pick<StillLearning, 'size' | 'words'>): string {
  return `${wholeNumber(learning.size)} learning (${plainText(learning.words(1)[0]!)})`;
}
