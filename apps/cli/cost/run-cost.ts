import { type CostEstimate, estimateCost } from '../../../shared/costs/estimate';
import { alarmsPerWeek as measuredAlarms } from '../../../shared/costs/measured';
import { environmentRow, intervalMsOf } from '../environment-row';
import { costLines, figureLines } from './cost-lines';

export interface CostOptions {
  readonly sources: number;
  readonly metrics: number;
  readonly interval: string;
  readonly env: string;
  readonly region?: string;
  readonly pointsPerRecord: number;
  /** Of a series; absent: as measured at the default threshold. */
  readonly alarmsPerWeek?: number;
  readonly figures?: boolean;
  readonly json?: boolean;
}

/** The command `cost`. @throws {UsageError} for an environment or an interval that there is not */
export function runCost(options: CostOptions): void {
  process.stdout.write(costText(options));
}

/** What is printed. @throws {UsageError} as {@link runCost} */
export function costText(options: CostOptions): string {
  const estimate = costOf(options);
  const lines = options.json ? [JSON.stringify(estimate, null, 2)] : costLines(estimate);
  const figures = options.figures && !options.json ? ['', ...figureLines()] : [];
  return [...lines, ...figures].map((line) => `${line}\n`).join('');
}

/** @throws {UsageError} as {@link runCost} */
export function costOf({ env, interval, region, ...load }: CostOptions): CostEstimate {
  const row = environmentRow(env);
  const intervalMs = intervalMsOf(interval);
  const { sources, metrics, pointsPerRecord, alarmsPerWeek = measuredAlarms(metrics) } = load;
  return estimateCost(row, { sources, metrics, intervalMs, pointsPerRecord, alarmsPerWeek }, region ?? row.region);
}
