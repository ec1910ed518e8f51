import type { PastScore } from '../../detection/ports';
import type { SourceSettings } from '../../domain/settings';
import { atThreshold, type EpisodeReplay, openEpisodeReplay, type PastEpisode, type Rule } from './episode-replay';

/** A stretch of a series of which people said what it was. */
export interface JudgedSpan {
  readonly source: string;
  /** Absent: the source's relations. */
  readonly metric?: string;
  /** Epoch milliseconds of the data, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly verdict: 'real' | 'false-alarm';
}

/** Thresholds that are weighed. */
export const GRID: readonly number[] = Array.from({ length: 66 }, (_, i) => (30 + i) / 100);

/** What a stretch of the past would have brought at one threshold. */
export interface Tally {
  /** Episodes, and those of them that nobody called real. */
  readonly alarms: number;
  readonly suspects: number;
  /** Judged spans that would have been told, by their place among the group's. */
  readonly told: ReadonlySet<number>;
}

/** A group's past at every threshold of the grid, and by the settings in force. */
export interface Weighed {
  readonly spans: readonly JudgedSpan[];
  /** Of each span that was called real, which fault it is of. */
  readonly faults: readonly (string | undefined)[];
  readonly before: Tally;
  /** In the order of {@link GRID}. */
  readonly at: readonly Tally[];
  /** Time that was watched, summed over series, in weeks. */
  readonly seriesWeeks: number;
}

/** Times of data, epoch milliseconds: [from, split) is the older part, [split, to) the newer. */
export interface SplitStretch {
  readonly from: number;
  readonly split: number;
  readonly to: number;
}

interface Counting {
  alarms: number;
  suspects: number;
  readonly told: Set<number>;
}

interface Part {
  readonly before: Counting;
  readonly at: readonly Counting[];
  seriesWeeks: number;
}

/** Several metrics of a source, and its relations, tell of one fault. */
const SAME_FAULT_MS = 3_600_000;
const WEEK_MS = 7 * 86_400_000;

/** Gathers what a group's series would have brought, in both parts of a stretch. */
export class GroupWeighing {
  readonly sources = new Set<string>();
  series = 0;
  private readonly seriesOf = new Map<string, number>();
  private readonly spans: JudgedSpan[] = [];
  private readonly faults: (string | undefined)[] = [];
  private readonly spansOf = new Map<string, number[]>();
  private readonly older = part();
  private readonly newer = part();

  constructor(private readonly stretch: SplitStretch) {}

  /** What people said of a source of the group. */
  add(source: string, spans: readonly JudgedSpan[]): void {
    this.sources.add(source);
    let [fault, until] = ['', Number.NEGATIVE_INFINITY];
    for (const span of [...spans].sort((a, b) => a.from - b.from)) {
      if (span.from < this.stretch.from || span.from >= this.stretch.to) continue;
      if (span.verdict === 'real') {
        if (span.from > until + SAME_FAULT_MS) fault = `${source} ${span.from}`;
        until = Math.max(until, span.to);
      }
      this.faults.push(span.verdict === 'real' ? fault : undefined);
      const key = seriesKey(span);
      this.spansOf.set(key, [...(this.spansOf.get(key) ?? []), this.spans.length]);
      this.spans.push(span);
    }
  }

  /** For the rows of one of its series, at all thresholds. Rows from before the stretch may come: episodes that they open do not count. */
  replay(settings: SourceSettings): EpisodeReplay {
    const replayOf = (rule: Rule, of: (part: Part) => Counting) =>
      openEpisodeReplay(rule, settings, (episode) => this.count(episode, of));
    const inForce = ruleInForce(settings);
    const replays = [
      replayOf(inForce, ({ before }) => before),
      ...GRID.map((threshold, i) => replayOf(atThreshold(threshold), ({ at }) => at[i]!)),
    ];
    let isOpen = false;
    return {
      row(row) {
        // Nearly all rows: nothing is open, and this one opens nothing.
        if (!isOpen && row.alarmScore < GRID[0]! && !inForce(row)) return false;
        isOpen = false;
        for (const replay of replays) if (replay.row(row)) isOpen = true;
        return isOpen;
      },
      end() {
        for (const replay of replays) replay.end();
        isOpen = false;
      },
    };
  }

  /** A series has rows within the stretch from and to these times. With a source's second one its relations are watched too. */
  watched(source: string, first: number, last: number): void {
    const known = this.seriesOf.get(source) ?? 0;
    this.seriesOf.set(source, known + 1);
    this.addTime(first, last);
    if (known === 1) this.addTime(first, last);
  }

  private addTime(first: number, last: number): void {
    const { split } = this.stretch;
    this.older.seriesWeeks += Math.max(0, Math.min(last, split) - first) / WEEK_MS;
    this.newer.seriesWeeks += Math.max(0, last - Math.max(first, split)) / WEEK_MS;
    this.series += 1;
  }

  /** An episode of relations that was told. */
  relation(episode: PastEpisode, { threshold, falseAlarmsPerWeek }: SourceSettings): void {
    const isTold = falseAlarmsPerWeek !== undefined || episode.strongest >= threshold;
    if (isTold) this.count(episode, ({ before }) => before);
    GRID.forEach((one, i) => {
      if (episode.strongest >= one) this.count(episode, ({ at }) => at[i]!);
    });
  }

  weighed(which: 'older' | 'newer' | 'whole'): Weighed {
    const { spans, faults, older, newer } = this;
    if (which !== 'whole') return { spans, faults, ...this[which] };
    return {
      spans,
      faults,
      before: sum(older.before, newer.before),
      at: older.at.map((one, i) => sum(one, newer.at[i]!)),
      seriesWeeks: older.seriesWeeks + newer.seriesWeeks,
    };
  }

  private count(episode: PastEpisode, of: (part: Part) => Counting): void {
    let isReal = false;
    for (const index of this.spansOf.get(seriesKey(episode)) ?? []) {
      const span = this.spans[index]!;
      if (span.from > episode.ended || span.to < episode.opened) continue;
      of(this.partOf(span.from)).told.add(index);
      if (span.verdict === 'real') isReal = true;
    }
    if (episode.opened < this.stretch.from || episode.opened >= this.stretch.to) return;
    const counting = of(this.partOf(episode.opened));
    counting.alarms += 1;
    if (!isReal) counting.suspects += 1;
  }

  private partOf(timestamp: number): Part {
    return timestamp < this.stretch.split ? this.older : this.newer;
  }
}

/** What makes a row an anomaly by settings: a threshold does so again; by a rate, what was one then. */
export function ruleInForce({ threshold, falseAlarmsPerWeek }: SourceSettings): Rule {
  return falseAlarmsPerWeek === undefined ? atThreshold(threshold) : ({ isAnomaly }: PastScore) => isAnomaly;
}

/** Faults that are told, by one alarm at least: alarms of a source that people called real within an hour of each other are one fault. */
export function faultsTold({ faults }: Weighed, { told }: Tally): number {
  return new Set([...told].flatMap((index) => faults[index] ?? [])).size;
}

/** Alarms that are told and that people called false. */
export function falseTold({ spans }: Weighed, { told }: Tally): number {
  let count = 0;
  for (const index of told) if (spans[index]!.verdict === 'false-alarm') count += 1;
  return count;
}

function seriesKey({ source, metric }: { readonly source: string; readonly metric?: string }): string {
  return JSON.stringify([source, metric]);
}

function sum(a: Tally, b: Tally): Tally {
  return { alarms: a.alarms + b.alarms, suspects: a.suspects + b.suspects, told: new Set([...a.told, ...b.told]) };
}

function part(): Part {
  return { before: counting(), at: GRID.map(counting), seriesWeeks: 0 };
}

function counting(): Counting {
  return { alarms: 0, suspects: 0, told: new Set() };
}
