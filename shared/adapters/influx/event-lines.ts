import type { AnomalyEvent } from '../../domain/anomaly-event';
import { eventOffset } from './identity';
import { float, integer, line, text } from './line-protocol';
import { nanoseconds } from './time';

export const ANOMALIES = 'anomalies';

/**
 * An event as a line: fields for people's queries, and the event as it is in `event`, from which it is read back.
 * @throws {RangeError} if the store cannot keep its timestamp or a number
 */
export function eventLine(event: AnomalyEvent): string {
  return line(
    ANOMALIES,
    [
      ['source', event.source],
      ['metric', event.metric],
    ],
    [
      ['id', text(event.id)],
      ['episode_id', text(event.episodeId)],
      ['transition', integer(event.transition)],
      ['phase', text(event.phase)],
      ['kind', text(event.kind)],
      ['severity', text(event.severity)],
      ['anomaly_score', float(event.anomalyScore)],
      ['alarm_score', float(event.alarmScore)],
      ['threshold', float(event.threshold)],
      ['value', float(event.value)],
      ['expected', float(event.expected)],
      ['lower', float(event.lower)],
      ['upper', float(event.upper)],
      ['why', text(event.contributions.map(({ words }) => words).join('; '))],
      ['event', text(JSON.stringify(event))],
    ],
    nanoseconds(event.timestamp, eventOffset(event)),
  );
}
