import { ANOMALY_KINDS, type AnomalyEvent } from '../domain/anomaly-event';
import { EPISODE, EPISODE_BYTES, VERSION } from './metric-layout';
import { openMetricState } from './metric-state';
import { METRIC_PREFIX, SOURCE_FIELD } from './open-source-detector';
import type { StateFields } from './ports';

/**
 * Makes the episodes of a memory that was filled again agree with what was told of them: one that was opened before the rows
 * began is open again, so that it is not told twice and comes to its end. Gives the fields that change. O(metrics + events).
 *
 * @param fields the source's state at rest
 * @param told events of the source in order of time, then of transition; of each metric up to its newest point learnt
 */
export function withToldEpisodes(fields: StateFields, told: readonly AnomalyEvent[]): StateFields {
  const changed = new Map<string, Uint8Array>();
  const episodes = new Map<string, AnomalyEvent[]>();
  for (const event of told) {
    if (event.phase === 'corrected' || event.kind === 'silence') continue;
    const field = event.metric === undefined ? SOURCE_FIELD : METRIC_PREFIX + event.metric;
    const last = episodes.get(field);
    // One episode a time: another one begins where the last has ended.
    if (last?.[0]?.episodeId === event.episodeId) last.push(event);
    else episodes.set(field, [event]);
  }
  for (const [field, events] of episodes) {
    const saved = fields.get(field);
    if (saved === undefined || saved.length < EPISODE_BYTES || saved[VERSION] === 0) continue;
    const episode = withEpisode(saved, events);
    if (episode !== undefined) changed.set(field, episode);
  }
  return changed;
}

/** Undefined when the beginning of the episode is not among its events: its identity could not be told again. */
function withEpisode(saved: Uint8Array, events: readonly AnomalyEvent[]): Uint8Array | undefined {
  const { bytes, u8, u16, f32, f64 } = openMetricState(saved, EPISODE_BYTES);
  const [opened, last] = [events[0]!, events.at(-1)!];
  if (last.phase === 'closed') {
    u16[EPISODE.transition] = 0;
    f64[EPISODE.calm] = 0;
  } else {
    if (opened.phase !== 'opened') return undefined;
    if (f64[EPISODE.opened] !== opened.timestamp || u16[EPISODE.transition] === 0) f64[EPISODE.calm] = 0;
    u8[EPISODE.kind] = ANOMALY_KINDS.indexOf(opened.kind);
    u16[EPISODE.transition] = last.transition;
    f64[EPISODE.opened] = opened.timestamp;
    f32[EPISODE.strongest] = Math.max(...events.map(({ alarmScore }) => alarmScore));
  }
  const copy = Uint8Array.from(saved);
  copy.set(bytes);
  return copy;
}
