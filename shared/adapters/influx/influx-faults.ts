import { Again } from '../with-retries';
import type { Answer } from './influx-client';

/** The server understood the request and refuses it, whatever it holds: wrong credentials, no such database. */
export class InfluxRefusal extends Error {
  override readonly name = 'InfluxRefusal';
  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(`store: InfluxDB refuses (${status}): ${reason}`);
  }
}

const REASON_CHARS_MAX = 300;
/** "partial write: … dropped=3": the server kept the rest. */
const DROPPED = /\bdropped=(\d+)/;

/** Some of the lines are at fault: a field of another type, a time beyond the retention, a limit on tag values. */
export function isRowsFault({ status }: Answer): boolean {
  return status === 400 || status === 422;
}

export function isTooLarge({ status }: Answer): boolean {
  return status === 413;
}

export function describeRefusal(answer: Answer): { readonly reason: string; readonly dropped: number | undefined } {
  const reason = reasonOf(answer);
  const dropped = DROPPED.exec(reason)?.[1];
  return { reason, dropped: dropped === undefined ? undefined : Number(dropped) };
}

/** Any other answer that is no success: {@link Again} where trying again may help. */
export function failure(answer: Answer): Error {
  const { status, retryAfterMs } = answer;
  const reason = reasonOf(answer);
  const mayPass = status === 408 || status === 429 || status >= 500;
  return mayPass
    ? new Again(`InfluxDB answered ${status}: ${reason}`, retryAfterMs)
    : new InfluxRefusal(status, reason);
}

/** Version 1 answers `{"error": …}`, version 2 `{"code": …, "message": …}`, a proxy anything. */
function reasonOf({ body }: Answer): string {
  try {
    const { error, message } = JSON.parse(body) as { error?: unknown; message?: unknown };
    if (typeof (error ?? message) === 'string') return String(error ?? message).slice(0, REASON_CHARS_MAX);
  } catch {
    // Not JSON.
  }
  return body.slice(0, REASON_CHARS_MAX).trim() || 'without a reason';
}
