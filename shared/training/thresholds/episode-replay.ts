import { moveEpisode } from '../../detection/episode';
import { EPISODE, EPISODE_BYTES } from '../../detection/metric-layout';
import { createMetricState } from '../../detection/metric-state';
import type { PastScore } from '../../detection/ports';
import type { SourceSettings } from '../../domain/settings';

/** An episode as it would have been. Times of data, epoch milliseconds. */
export interface PastEpisode {
  readonly source: string;
  /** Absent: the source's relations. */
  readonly metric?: string;
  readonly opened: number;
  /** When it was over, or the last that is known of it. */
  readonly ended: number;
  /** Highest alarm_score within it. */
  readonly strongest: number;
}

/** Is this row an anomaly? */
export type Rule = (row: PastScore) => boolean;

export const atThreshold =
  (threshold: number): Rule =>
  ({ alarmScore }) =>
    alarmScore >= threshold;

/**
 * The episodes of series at another threshold, from their stored scores. This is exact: an alarm holds others back whatever the
 * threshold is, so an alarm_score that was stored is the one that any threshold would have met, and the episodes are moved by the
 * engine's own logic.
 */
export interface EpisodeReplay {
  /** The next row of the series, in order of time. Is an episode open after it? While none is, rows that are no anomaly may be left out. */
  row(row: PastScore): boolean;
  /** The series has no further row; the next one may be of another. */
  end(): void;
}

export function openEpisodeReplay(
  isAnomaly: Rule,
  { releaseLevel, releaseMs }: Pick<SourceSettings, 'releaseLevel' | 'releaseMs'>,
  onEpisode: (episode: PastEpisode) => void,
): EpisodeReplay {
  const state = createMetricState(EPISODE_BYTES);
  let open: PastEpisode | undefined;
  const tell = () => {
    if (open !== undefined) onEpisode(open);
    open = undefined;
  };
  return {
    row(row) {
      const anomaly = isAnomaly(row);
      if (open === undefined && !anomaly) return false;
      const { source, metric, timestamp, anomalyScore, alarmScore } = row;
      const input = { timestamp, kind: 'value', anomalyScore, alarmScore, isAnomaly: anomaly } as const;
      const change = moveEpisode(state, { ...input, releaseLevel, releaseMs });
      const strongest = Math.max(open?.strongest ?? 0, anomaly ? alarmScore : 0);
      open = { source, metric, opened: open?.opened ?? timestamp, ended: timestamp, strongest };
      if (change?.phase === 'closed') tell();
      return open !== undefined;
    },
    end() {
      tell();
      state.u16[EPISODE.transition] = 0;
      state.f64[EPISODE.calm] = 0;
    },
  };
}
