import { alarmsPerWeek as measuredAlarms } from '../../../shared/costs/measured';
import { type Sizing, sizeOf } from '../../../shared/sizing/size';
import { environmentRow, intervalMsOf } from '../environment-row';
import { UsageError } from '../exit-codes';
import { sizeLines } from './size-lines';

export interface SizeOptions {
  readonly pointsPerSecond: number;
  readonly sources?: number;
  readonly metrics: number;
  readonly interval?: string;
  readonly env: string;
  readonly pointsPerRecord: number;
  /** Of a series; absent: as measured at the default threshold. */
  readonly alarmsPerWeek?: number;
  readonly figures?: boolean;
  readonly json?: boolean;
}

/** The command `size`. @throws {UsageError} for an environment or an interval that there is not, or one that contradicts the sources */
export function runSize(options: SizeOptions): void {
  process.stdout.write(sizeText(options));
}

/** What is printed. @throws {UsageError} as {@link runSize} */
export function sizeText(options: SizeOptions): string {
  const sizing = sizingOf(options);
  const lines = options.json ? [JSON.stringify(sizing, null, 2)] : sizeLines(sizing, options.figures === true);
  return lines.map((line) => `${line}\n`).join('');
}

const INTERVAL = '10s';

/** Rate, sources and interval: two of them say the third. @throws {UsageError} as {@link runSize} */
export function sizingOf(options: SizeOptions): Sizing {
  const { pointsPerSecond, metrics, interval, env, pointsPerRecord, alarmsPerWeek = measuredAlarms(metrics) } = options;
  const row = environmentRow(env);
  if (options.sources !== undefined && interval !== undefined)
    throw new UsageError('--sources and --interval: with --points-per-second one of them says the other');
  const intervalMs =
    options.sources === undefined ? intervalMsOf(interval ?? INTERVAL) : (1_000 * options.sources) / pointsPerSecond;
  const sources = options.sources ?? Math.max(1, Math.round((pointsPerSecond * intervalMs) / 1_000));
  return sizeOf(row, { sources, metrics, intervalMs, pointsPerRecord, alarmsPerWeek });
}
