import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { SourceSettings } from '../../domain/settings';
import { zoneOffset } from '../../domain/wall-clock';
import { afterLoudTime, learnHours, loudTime } from './quiet-hours';
import { allowedSilence, expectedWithin, learnReturn, learnStep, standingOf } from './rhythm';
import { F32, F64, type Origin, type SourceWatch, U32 } from './source-watch';

/** Points that arrive within so long belong to one delivery: a source that sends its points in bursts speaks once. */
const DELIVERY_MS = 1_000;
const HOUR_MS = 3_600_000;

/** A sign of life. */
export interface Heard extends Origin {
  /** Epoch milliseconds, of the record and of the point in it. */
  readonly arrival: number;
  readonly timestamp: number;
}

/** A missed source has spoken. */
export interface Return {
  readonly origin: Origin;
  /** Begin of its silence and its end. */
  readonly opened: number;
  readonly at: number;
  /** Decided by the watch and perhaps never told. */
  readonly pending: readonly AnomalyEvent[];
}

/**
 * Takes one data point: learns when the source speaks, ends its silence, and moves the deadline under which it should be filed
 * once that would come too soon. Points must come in the order of their shard; what comes of a point does not depend on how
 * points are cut into batches. A point later than is allowed tells of the past and is no sign of life. O(1), a few times a
 * source O(hours of the gap).
 */
export function hear(watch: SourceWatch, heard: Heard, settings: SourceSettings): Return | undefined {
  if (heard.arrival - heard.timestamp > settings.allowedLatenessMs) return undefined;
  const at = Math.max(heard.arrival, watch.f64[F64.newest]!);
  const returned = watch.f64[F64.opened]! > 0 ? endSilence(watch, at, settings) : undefined;
  learnDelivery(watch, at, settings);
  watch.f64[F64.newest] = at;
  watch.origin = heard;
  if (standingOf(watch, settings) === 'watched' && watch.f64[F64.filed]! < at + expectedWithin(watch)) {
    watch.f64[F64.filed] = Math.ceil(deadlineOf(watch, settings, 0));
  }
  return returned;
}

/**
 * When a source is missed: a watched one that has said nothing until then.
 *
 * @param since before this nobody could be heard
 */
export function deadlineOf(watch: SourceWatch, settings: SourceSettings, since: number): number {
  const from = Math.max(watch.f64[F64.newest]!, since);
  return afterLoudTime(watch, from, allowedSilence(watch, settings), zoneOffset(settings.timeZone));
}

function learnDelivery(watch: SourceWatch, at: number, settings: SourceSettings): void {
  const { f64, f32, u32 } = watch;
  const last = f64[F64.delivery]!;
  const isFirst = u32[U32.deliveries] === 0;
  if (!isFirst && at - last < DELIVERY_MS) return;
  const zone = zoneOffset(settings.timeZone);
  f64[F64.delivery] = at;
  u32[U32.deliveries]! += 1;
  if (!isFirst) learnStep(watch, loudTime(watch, last, at, zone), at);
  learnHours(watch, at, zone, f32[F32.usual]! <= HOUR_MS);
}

function endSilence(watch: SourceWatch, at: number, settings: SourceSettings): Return {
  const opened = watch.f64[F64.opened]!;
  const returned = { origin: watch.origin, opened, at, pending: watch.pending };
  learnReturn(watch, at - opened, allowedSilence(watch, settings));
  watch.f64[F64.opened] = 0;
  watch.f64[F64.filed] = 0;
  watch.pending = [];
  return returned;
}
