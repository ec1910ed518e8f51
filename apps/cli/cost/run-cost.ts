import { environments } from '../../../infra/config/environments';
import { readDuration } from '../../../shared/alerting/document/durations';
import { type CostEstimate, estimateCost } from '../../../shared/costs/estimate';
import { UsageError } from '../exit-codes';
import { costLines, figureLines } from './cost-lines';

export interface CostOptions {
  readonly sources: number;
  readonly metrics: number;
  readonly interval: string;
  readonly env: string;
  readonly region?: string;
  readonly pointsPerRecord: number;
  readonly alarmsPerWeek: number;
  readonly figures?: boolean;
  readonly json?: boolean;
}

/** What a row does not say of the servers of the emulator's environment is of no matter here. */
const NOWHERE = { redisUrl: '', influxUrl: '', modelUrl: '' };

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
  const rows = environments(NOWHERE);
  const row = rows.find(({ name }) => name === env);
  if (row === undefined)
    throw new UsageError(`there is no environment ${env}; there are ${rows.map(({ name }) => name).join(', ')}`);
  const intervalMs = readDuration(interval);
  if (intervalMs === undefined || intervalMs <= 0)
    throw new UsageError(`--interval: "${interval}" is no duration; write it like 10s, 5m or 1h`);
  const { sources, metrics, pointsPerRecord, alarmsPerWeek } = load;
  return estimateCost(row, { sources, metrics, intervalMs, pointsPerRecord, alarmsPerWeek }, region ?? row.region);
}
