import type { AnomalyEvent } from '../../domain/anomaly-event';
import { type SourceSettings, settingsFor } from '../../domain/settings';
import { wilsonInterval } from './chance';
import { type Choice, chooseThreshold } from './choose-threshold';
import { compareEpisodes, type EpisodeChanges, type KnownPast } from './compare-episodes';
import { relationEpisodes } from './relation-episodes';
import { visitSeries } from './series-visits';
import { groupingOf, namedGroup, type SourceGroup } from './threshold-groups';
import { falseTold, faultsTold, GRID, GroupWeighing, type Tally, type Weighed } from './weigh-group';

export interface ProposeOptions extends KnownPast {
  /** Patterns of sources, one group each; none: as they are divided already. */
  readonly sources: readonly string[];
  /** Alarms that nobody called real that are borne, a series and week. */
  readonly perWeek?: number | undefined;
}

/** What speaks for a threshold of a group, and what it would have done. */
export interface GroupProposal {
  readonly group: SourceGroup;
  readonly inForce: InForce;
  readonly choice: Choice;
  readonly series: number;
  readonly seriesWeeks: number;
  /** Of what was told and judged, how much was real; and between which shares the true one lies, nine times in ten. */
  readonly precision: { readonly real: number; readonly judged: number; readonly interval: readonly [number, number] };
  readonly before: Outlook;
  /** With a change, all three. */
  readonly after?: Outlook;
  readonly changes?: EpisodeChanges;
  readonly check?: NewerPart;
  /** A series and week, by threshold. */
  readonly curve: readonly { readonly threshold: number; readonly alarms: number; readonly suspects: number }[];
}

export interface InForce {
  /** Of its sources, each once, ascending; where a rate is in force, the usual one of the events that were told. */
  readonly thresholds: readonly number[];
  readonly falseAlarmsPerWeek?: number;
}

/** What people would have been told. */
export interface Outlook {
  /** A series and week: alarms, and those of them that nobody called real. */
  readonly alarms: number;
  readonly suspects: number;
  /** Of what people judged: faults, and false alarms. */
  readonly faults: number;
  readonly falseAlarms: number;
}

/** Chosen by the older part of the time alone, what a threshold does on the newer. */
export interface NewerPart {
  /** Begin of the newer part, epoch milliseconds. */
  readonly from: number;
  /** Undefined: the older part alone would change nothing. */
  readonly threshold: number | undefined;
  readonly before: Outlook;
  readonly after: Outlook;
}

export interface Findings {
  readonly groups: readonly GroupProposal[];
  /** Which models gave the scores, and which versions of the settings judged them. */
  readonly models: readonly string[];
  readonly settingsVersions: readonly number[];
  readonly rows: number;
}

/** An episode that is open when the time begins has begun before it. */
const LEAD_MS = 2 * 86_400_000;
/** The newest third of the time tells what a choice by the rest is worth. */
const OLDER_SHARE = 2 / 3;

/**
 * Thresholds by what people called real and false, and by the rate that they bear, group by group, each shown on the past. Reads
 * the history once, and that of groups which change once more; memory grows with groups and verdicts, not with rows.
 */
export async function proposeThresholds(options: ProposeOptions): Promise<Findings> {
  const { weighings, ...seen } = await weighAll(options);
  const proposals = weighings.map((one) => proposalOf(one, options));
  const changing = proposals.filter(({ choice }) => choice.threshold !== undefined);
  const changes = await compareEpisodes(
    options,
    options.from - LEAD_MS,
    changing.map(({ group, choice }) => ({ sources: group.sources, threshold: choice.threshold! })),
  );
  const groups = proposals.map((one) => {
    const at = changing.indexOf(one);
    return at < 0 ? one : { ...one, changes: changes[at]! };
  });
  return { ...seen, groups };
}

interface WeighedGroup {
  readonly group: SourceGroup;
  readonly weighing: GroupWeighing;
}

async function weighAll(options: ProposeOptions) {
  const { history, settings, verdicts, events, from, to, sources: asked } = options;
  const placeOf = groupingOf(settings, asked, to);
  const weighings = new Map<string, GroupWeighing>();
  const models = new Set<string>();
  const settingsVersions = new Set<number>();
  let rows = 0;
  const weighingOf = (source: string) => {
    const key = JSON.stringify(placeOf(source));
    const weighing = weighings.get(key) ?? new GroupWeighing({ from, split: splitOf(options), to });
    weighings.set(key, weighing);
    if (!weighing.sources.has(source))
      weighing.add(
        source,
        verdicts.filter((span) => span.source === source),
      );
    return weighing;
  };
  const isWanted = (source: string) => placeOf(source) !== undefined;
  await visitSeries(history, { from: from - LEAD_MS, to, isWanted }, (source) => {
    const weighing = weighingOf(source);
    const replay = weighing.replay(settingsFor(settings, source, to));
    let [first, last] = [Number.NaN, Number.NaN];
    return {
      row(row) {
        replay.row(row);
        if (row.timestamp < from) return;
        if (Number.isNaN(first)) first = row.timestamp;
        last = row.timestamp;
        rows += 1;
        models.add(row.model);
        settingsVersions.add(row.settings);
      },
      end() {
        replay.end();
        if (!Number.isNaN(first)) weighing.watched(source, first, last);
      },
    };
  });
  for (const episode of relationEpisodes(events))
    if (isWanted(episode.source))
      weighingOf(episode.source).relation(episode, settingsFor(settings, episode.source, to));
  return {
    weighings: [...weighings]
      .map(([key, weighing]): WeighedGroup => {
        return { group: namedGroup(JSON.parse(key), [...weighing.sources]), weighing };
      })
      .filter(({ weighing }) => weighing.series > 0)
      // As asked for, since of two patterns the last one wins; others stay in the order of their sources' names.
      .sort((a, b) => asked.indexOf(a.group.pattern) - asked.indexOf(b.group.pattern)),
    models: [...models].sort(),
    settingsVersions: [...settingsVersions].sort((a, b) => a - b),
    rows,
  };
}

function splitOf({ from, to }: ProposeOptions): number {
  return from + OLDER_SHARE * (to - from);
}

function proposalOf({ group, weighing }: WeighedGroup, options: ProposeOptions): GroupProposal {
  const { settings, events, to, perWeek } = options;
  const inForce = inForceOf(
    group.sources.map((source) => settingsFor(settings, source, to)),
    events.filter(({ source }) => group.sources.includes(source)),
  );
  const whole = weighing.weighed('whole');
  const anchor = middleOf(inForce.thresholds);
  const choice: Choice =
    anchor === undefined
      ? { outcome: 'keep', why: ['nothing was told by the rate in force, so there is no threshold to begin from'] }
      : chooseThreshold(whole, anchor, perWeek);
  const judged = whole.spans.length;
  const real = whole.spans.filter(({ verdict }) => verdict === 'real').length;
  const proposal = {
    ...{ group, inForce, choice, series: weighing.series, seriesWeeks: whole.seriesWeeks },
    precision: { real, judged, interval: wilsonInterval(real, judged) },
    before: outlookOf(whole, whole.before),
    curve: GRID.map((threshold, i) => {
      const { alarms, suspects } = outlookOf(whole, whole.at[i]!);
      return { threshold, alarms, suspects };
    }),
  };
  if (choice.threshold === undefined || anchor === undefined) return proposal;
  const check = checkOf(weighing, anchor, options);
  return { ...proposal, after: outlookOf(whole, tallyAt(whole, choice.threshold)), check };
}

/** No look ahead: the newer part has no say in the threshold that it is looked at with. */
function checkOf(weighing: GroupWeighing, anchor: number, options: ProposeOptions): NewerPart {
  const newer = weighing.weighed('newer');
  const { threshold } = chooseThreshold(weighing.weighed('older'), anchor, options.perWeek);
  const before = outlookOf(newer, newer.before);
  const after = threshold === undefined ? before : outlookOf(newer, tallyAt(newer, threshold));
  return { from: splitOf(options), threshold, before, after };
}

function inForceOf(settings: readonly SourceSettings[], events: readonly AnomalyEvent[]): InForce {
  const rate = settings.find(({ falseAlarmsPerWeek }) => falseAlarmsPerWeek !== undefined)?.falseAlarmsPerWeek;
  const fixed = settings.filter(({ falseAlarmsPerWeek }) => falseAlarmsPerWeek === undefined);
  if (rate === undefined) return { thresholds: ascending(new Set(fixed.map(({ threshold }) => threshold))) };
  const told = ascending(events.map(({ threshold }) => threshold));
  return { thresholds: told.length === 0 ? [] : [middleOf(told)!], falseAlarmsPerWeek: rate };
}

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function middleOf(sorted: readonly number[]): number | undefined {
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function tallyAt(weighed: Weighed, threshold: number): Tally {
  return weighed.at[GRID.indexOf(threshold)]!;
}

function outlookOf(weighed: Weighed, tally: Tally): Outlook {
  const rate = (count: number) => (weighed.seriesWeeks === 0 ? 0 : count / weighed.seriesWeeks);
  return {
    alarms: rate(tally.alarms),
    suspects: rate(tally.suspects),
    faults: faultsTold(weighed, tally),
    falseAlarms: falseTold(weighed, tally),
  };
}
