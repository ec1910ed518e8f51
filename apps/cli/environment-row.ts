import type { Environment } from '../../infra/config/environment';
import { environments } from '../../infra/config/environments';
import { readDuration } from '../../shared/alerting/document/durations';
import { UsageError } from './exit-codes';

/** What a row does not say of the servers of the emulator's environment is of no matter here. */
const NOWHERE = { redisUrl: '', influxUrl: '', modelUrl: '' };

/** @throws {UsageError} for an environment that there is not */
export function environmentRow(name: string): Environment {
  const rows = environments(NOWHERE);
  const row = rows.find((one) => one.name === name);
  if (row === undefined)
    throw new UsageError(`there is no environment ${name}; there are ${rows.map((one) => one.name).join(', ')}`);
  return row;
}

/** Milliseconds of the option `--interval`. @throws {UsageError} for none */
export function intervalMsOf(text: string): number {
  const intervalMs = readDuration(text);
  if (intervalMs === undefined || intervalMs <= 0)
    throw new UsageError(`--interval: "${text}" is no duration; write it like 10s, 5m or 1h`);
  return intervalMs;
}
