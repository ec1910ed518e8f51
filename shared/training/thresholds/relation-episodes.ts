import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PastEpisode } from './episode-replay';

/**
 * Episodes of relations, from the events that were told: what spans metrics has no rows. So a higher threshold is judged to first
 * order (an episode goes when its strongest alarm is below), and what a lower one would add of them is not known.
 */
export function relationEpisodes(events: readonly AnomalyEvent[]): readonly PastEpisode[] {
  const byId = new Map<string, PastEpisode>();
  for (const { kind, metric, phase, episodeId, source, timestamp, alarmScore } of events) {
    if (kind !== 'relation' || metric !== undefined || phase === 'corrected') continue;
    const known = byId.get(episodeId) ?? { source, opened: timestamp, ended: timestamp, strongest: 0 };
    byId.set(episodeId, {
      source,
      opened: Math.min(known.opened, timestamp),
      ended: Math.max(known.ended, timestamp),
      strongest: Math.max(known.strongest, alarmScore),
    });
  }
  return [...byId.values()];
}
