import type { DataPoint, Rejection } from './data-point';
import type { SourceSettings } from './settings';

/**
 * Why a point cannot be taken at its arrival, if it cannot: a clock that is years off must be refused before it moves a
 * watermark. A wild timestamp within what is allowed moves none either, since detection waits for the next to confirm it.
 *
 * @param index position in the record, kept in the rejection
 * @param arrival epoch milliseconds
 */
export function judgeTime(
  point: DataPoint,
  index: number,
  arrival: number,
  settings: SourceSettings,
): Rejection | undefined {
  const ahead = point.timestamp - arrival;
  if (ahead > settings.allowedFutureMs)
    return untimely(
      'too-far-in-future',
      index,
      `timestamp: ${seconds(ahead)} ahead of its arrival; at most ${seconds(settings.allowedFutureMs)} are allowed`,
    );
  if (settings.allowedAgeMs !== undefined && -ahead > settings.allowedAgeMs)
    return untimely(
      'too-far-in-past',
      index,
      `timestamp: ${seconds(-ahead)} before its arrival; at most ${seconds(settings.allowedAgeMs)} are allowed`,
    );
  return undefined;
}

function untimely(reason: 'too-far-in-future' | 'too-far-in-past', index: number, message: string): Rejection {
  return { reason, field: 'timestamp', index, message };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
