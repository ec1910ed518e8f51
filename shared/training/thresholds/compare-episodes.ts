import type { ScoreHistory } from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import { type Settings, settingsFor } from '../../domain/settings';
import { atThreshold, openEpisodeReplay, type PastEpisode } from './episode-replay';
import { relationEpisodes } from './relation-episodes';
import { visitSeries } from './series-visits';
import { type JudgedSpan, ruleInForce } from './weigh-group';

/** An episode that would come or go, and what people said of it. */
export interface ChangedEpisode extends PastEpisode {
  readonly verdict?: JudgedSpan['verdict'];
}

export interface EpisodeChanges {
  /** The strongest of them, in order of time. */
  readonly gone: readonly ChangedEpisode[];
  readonly goneCount: number;
  readonly come: readonly ChangedEpisode[];
  readonly comeCount: number;
}

/** Episodes that are named; all are counted. */
const NAMED_MAX = 20;

/** A past, and what is known of it. */
export interface KnownPast {
  readonly history: ScoreHistory;
  /** Those in force. */
  readonly settings: Settings;
  readonly verdicts: readonly JudgedSpan[];
  /** Told within the time that is looked at. */
  readonly events: readonly AnomalyEvent[];
  /** Of the data, epoch milliseconds: inclusive, exclusive. Overrides that expire before the end do not count. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which episodes come and go when sources get another threshold; in the order of the thresholds. One pass over their history.
 *
 * @param readFrom before the time that is looked at: an episode that is open when it begins has begun before it
 */
export async function compareEpisodes(
  { history, settings, verdicts, events, from, to }: KnownPast,
  readFrom: number,
  thresholds: readonly { readonly sources: readonly string[]; readonly threshold: number }[],
): Promise<readonly EpisodeChanges[]> {
  const found = thresholds.map(() => ({ gone: strongest(), come: strongest() }));
  const groupOf = new Map(thresholds.flatMap(({ sources }, i) => sources.map((source) => [source, i] as const)));
  if (groupOf.size === 0) return [];
  const compare = (group: number, before: readonly PastEpisode[], after: readonly PastEpisode[]) => {
    const counts = ({ opened }: PastEpisode) => opened >= from && opened < to;
    for (const one of without(before, after).filter(counts)) found[group]!.gone.add(withVerdict(one, verdicts));
    for (const one of without(after, before).filter(counts)) found[group]!.come.add(withVerdict(one, verdicts));
  };
  await visitSeries(history, { from: readFrom, to, isWanted: (source) => groupOf.has(source) }, (source) => {
    const group = groupOf.get(source)!;
    const own = settingsFor(settings, source, to);
    const [before, after]: [PastEpisode[], PastEpisode[]] = [[], []];
    const replays = [
      openEpisodeReplay(ruleInForce(own), own, (episode) => before.push(episode)),
      openEpisodeReplay(atThreshold(thresholds[group]!.threshold), own, (episode) => after.push(episode)),
    ];
    return {
      row: (row) => replays.forEach((replay) => void replay.row(row)),
      end() {
        for (const replay of replays) replay.end();
        compare(group, before, after);
      },
    };
  });
  for (const episode of relationEpisodes(events)) {
    const group = groupOf.get(episode.source);
    if (group === undefined) continue;
    const { threshold, falseAlarmsPerWeek } = settingsFor(settings, episode.source, to);
    const isBefore = falseAlarmsPerWeek !== undefined || episode.strongest >= threshold;
    const isAfter = episode.strongest >= thresholds[group]!.threshold;
    compare(group, isBefore ? [episode] : [], isAfter ? [episode] : []);
  }
  return found.map(({ gone, come }) => ({
    ...{ gone: gone.named(), goneCount: gone.count() },
    ...{ come: come.named(), comeCount: come.count() },
  }));
}

/** Those of one series within which none of the others lies. Both in order of time. O(sum of both). */
function without(episodes: readonly PastEpisode[], others: readonly PastEpisode[]): PastEpisode[] {
  let at = 0;
  return episodes.filter(({ opened, ended }) => {
    while (at < others.length && others[at]!.ended < opened) at += 1;
    return at === others.length || others[at]!.opened > ended;
  });
}

function withVerdict(episode: PastEpisode, verdicts: readonly JudgedSpan[]): ChangedEpisode {
  const { source, metric, opened, ended } = episode;
  const said = verdicts.filter(
    (span) => span.source === source && span.metric === metric && span.from <= ended && span.to >= opened,
  );
  const verdict = said.find((span) => span.verdict === 'real')?.verdict ?? said[0]?.verdict;
  return verdict === undefined ? episode : { ...episode, verdict };
}

/** Counts episodes and keeps the strongest of them. */
function strongest() {
  let kept: ChangedEpisode[] = [];
  let count = 0;
  const cut = () => {
    kept = kept.sort((a, b) => b.strongest - a.strongest).slice(0, NAMED_MAX);
  };
  return {
    add(episode: ChangedEpisode) {
      count += 1;
      kept.push(episode);
      if (kept.length > 50 * NAMED_MAX) cut();
    },
    count: () => count,
    named() {
      cut();
      return [...kept].sort((a, b) => a.opened - b.opened);
    },
  };
}
