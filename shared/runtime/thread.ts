import type { AnomalyEvent } from '../domain/anomaly-event';
import type { Notification } from '../domain/notification';
import type { Position } from '../domain/position';

/**
 * The thread from record to notification, as log lines carry it: whoever holds one end finds the other by searching the logs.
 *
 *   record (stream, shard, sequence, index) ─ detect-anomalies ─ event (`correlation_id`) ─ route-alerts ─ `notificationId` ─ notify-*
 *
 * Rows carry the position of their record, and the id of an event is the same in store, topic and log. Nothing here is data:
 * ids are hashes, and what they stand for is in the store.
 */
export interface EventThread {
  /** The event's id; named as log tools expect. */
  readonly correlation_id: string;
  /** All events of an episode share it, and so do alerts. */
  readonly episodeId: string;
  readonly transition: number;
  readonly phase: AnomalyEvent['phase'];
  readonly kind: AnomalyEvent['kind'];
}

/** Fields of every log line about an anomaly event, in whichever function. */
export function eventThread({ id, episodeId, transition, phase, kind }: AnomalyEvent): EventThread {
  return { correlation_id: id, episodeId, transition, phase, kind };
}

/** Fields of every log line about a notification; the episodes lead back to the events. */
export function notificationThread({ id, alertId, transition, reason, alerts }: Notification) {
  return { notificationId: id, alertId, transition, reason, episodes: alerts.map(({ episodeId }) => episodeId) };
}

/** Where a record stands, as the store's rows, quarantine objects and on-failure records name it. */
export function recordThread({ stream, shard, sequence, index }: Position) {
  return { stream, shard, sequence, index };
}
