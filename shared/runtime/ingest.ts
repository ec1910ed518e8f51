import { type Settings, settingsFor } from '../domain/settings';
import { judgeTime } from '../domain/timeliness';
import { type DecodedRecord, refused } from '../domain/wire';
import { decodeBody, isGzip } from './body';

/** Why a body is not even looked at: its encoding is not one that is read. */
export const UNKNOWN_ENCODING = 'content-encoding must be gzip or identity';

/**
 * A posted body to data points and rejections. What detection would put aside for its time is refused here, where the sender
 * can read why. Undefined for a content encoding that is not read. O(decompressed bytes).
 *
 * @param encoding the header, if there was one
 * @param now epoch milliseconds: the arrival
 */
export function readPosted(
  body: Uint8Array,
  encoding: string | undefined,
  settings: Settings,
  now: number,
): DecodedRecord | undefined {
  const named = (encoding ?? 'identity').trim().toLowerCase();
  if (named !== 'identity' && named !== 'gzip') return undefined;
  if (named === 'gzip' && !isGzip(body)) return refused('not-gzip', 'the body is not gzip');
  return timely(decodeBody(body, now), settings, now);
}

function timely(decoded: DecodedRecord, settings: Settings, now: number): DecodedRecord {
  const late = decoded.points.flatMap(
    ({ point, index }) => judgeTime(point, index, now, settingsFor(settings, point.source, now)) ?? [],
  );
  if (late.length === 0) return decoded;
  const refusedAt = new Set(late.map(({ index }) => index));
  const points = decoded.points.filter(({ index }) => !refusedAt.has(index));
  return { ...decoded, points, rejections: [...decoded.rejections, ...late] };
}

/**
 * A record of the stream, or a line of its archive, to what detection takes of it and what it puts aside. Never throws for what
 * the bytes hold. O(decompressed bytes).
 *
 * @param arrival epoch milliseconds
 */
export function readRecord(body: Uint8Array, arrival: number, settings: Settings): DecodedRecord {
  return timely(decodeBody(body, arrival), settings, arrival);
}
