import { ANOMALY_KINDS, type AnomalyEvent, severityOf } from '../../domain/anomaly-event';
import { stableId } from '../../domain/ids';
import { EPISODE, EPISODE_BYTES, VERSION } from '../metric-layout';
import { openMetricState } from '../metric-state';
import { FEATURE_SCHEMA_VERSION } from '../model';
import { METRIC_PREFIX, SOURCE_FIELD } from '../open-source-detector';
import type { StateFields } from '../ports';
import { type EventSettings, SILENCE_MODEL } from './silence-event';

export interface ClosedEpisodes {
  /** The fields that change. */
  readonly fields: StateFields;
  readonly events: readonly AnomalyEvent[];
}

/**
 * Ends the open episodes of all metrics of a source that says nothing any more: nobody else would. O(metrics).
 *
 * @param fields the source's state at rest
 * @param at epoch milliseconds: the moment from which the source is missed
 */
export function closeEpisodes(
  source: string,
  fields: StateFields,
  at: number,
  tags: Readonly<Record<string, string>>,
  settings: EventSettings,
): ClosedEpisodes {
  const changed = new Map<string, Uint8Array>();
  const events: AnomalyEvent[] = [];
  for (const [name, saved] of fields) {
    const isMetric = name.startsWith(METRIC_PREFIX);
    // The episode lies in the same place in a metric's state and in its source's.
    if (!(isMetric || name === SOURCE_FIELD) || saved.length < EPISODE_BYTES || saved[VERSION] === 0) continue;
    const { u16, u8, f64, f32, bytes } = openMetricState(saved, EPISODE_BYTES);
    const transition = u16[EPISODE.transition]!;
    if (transition === 0) continue;
    const metric = isMetric ? name.slice(METRIC_PREFIX.length) : undefined;
    const kind = ANOMALY_KINDS[u8[EPISODE.kind]!] ?? 'value';
    events.push({
      version: 1,
      id: stableId('event', source, metric, at, kind, 'closed'),
      episodeId: stableId('episode', source, metric, f64[EPISODE.opened]!, kind),
      transition: transition + 1,
      phase: 'closed',
      kind,
      source,
      ...(metric === undefined ? {} : { metric }),
      tags: { ...tags },
      timestamp: at,
      anomalyScore: 0,
      alarmScore: 0,
      threshold: settings.threshold,
      severity: severityOf(f32[EPISODE.strongest]!),
      contributions: [{ name: 'silence', share: 1, words: 'closed because no more points come' }],
      versions: { model: SILENCE_MODEL, settings: settings.version, schema: FEATURE_SCHEMA_VERSION },
      degraded: false,
      warming: false,
    });
    u16[EPISODE.transition] = 0;
    f64[EPISODE.calm] = 0;
    const copy = Uint8Array.from(saved);
    copy.set(bytes);
    changed.set(name, copy);
  }
  return { fields: changed, events };
}
