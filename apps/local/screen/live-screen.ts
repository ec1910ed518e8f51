import type { Observation } from '../../../shared/detection/source-detector';
import { openStillLearning, type StillLearning } from '../../../shared/detection/still-learning';
import { type AnomalyEvent, SEVERITIES, type Severity } from '../../../shared/domain/anomaly-event';
import type { PointRow } from '../../../shared/domain/rows';
import type { Fault } from '../demo/fault';
import { closedLine, openedLines, updatedLine } from './anomaly-lines';
import { foundWords, injectedLine } from './fault-lines';
import type { Paint } from './paint';
import { type RecentValues, rememberValues } from './recent-values';

/** What scrolls by while the live path runs: state and text only; somebody else writes. */
export interface LiveScreen {
  /** Rows as stored, before the events that they gave rise to. */
  rows(rows: readonly PointRow[]): void;
  /** Lines to print for one event; none when it says nothing new to a person. */
  event(event: AnomalyEvent, now: number): string[];
  /** A fault begins. */
  fault(fault: Fault): string[];
  readonly openAnomalies: number;
  /** What stage 1 said of a point. */
  observed(source: string, observations: readonly Observation[]): void;
  /** Series that are too young to alarm. */
  readonly learning: Pick<StillLearning, 'size' | 'words'>;
}

export interface LiveScreenOptions {
  readonly paint: Paint;
  /** Asked for every line: terminals change their size. */
  readonly columns: () => number;
  /** How long after its end a fault still explains a finding, milliseconds. */
  readonly graceMs: number;
}

/** A person reads no more than this; the rest is in the store. */
const BLOCKS_MAX = 20;
const BLOCKS_WINDOW_MS = 10_000;
const REMEMBERED_MAX = 10_000;

export function openLiveScreen({ paint, columns, graceMs }: LiveScreenOptions): LiveScreen {
  const recent = rememberValues();
  const limit = openLimit(BLOCKS_MAX, BLOCKS_WINDOW_MS);
  const opened = new Map<string, Opened>();
  const faults = new Map<string, Fault>();
  const learning = openStillLearning();
  const open = (event: AnomalyEvent, now: number): string[] => {
    const { allowed, left } = limit.take(now);
    remember(opened, event.episodeId, { at: event.timestamp, shown: allowed, severity: event.severity });
    if (!allowed) return [];
    const fault = faults.get(event.source);
    const isExplained = fault && event.timestamp >= fault.from && event.timestamp < fault.to + graceMs;
    const note = isExplained ? [paint('dim', `${' '.repeat(20)}${foundWords(fault, event.timestamp)}`)] : [];
    const skipped = left === 0 ? [] : [paint('dim', `… ${left} more anomalies in a few seconds are not shown here`)];
    return [...skipped, ...openedLines(event, valuesFor(event, recent), columns(), paint), ...note];
  };
  const close = (event: AnomalyEvent): string[] => {
    const before = opened.get(event.episodeId);
    opened.delete(event.episodeId);
    if (before?.shown === false) return [];
    return [closedLine(event, before && event.timestamp - before.at, columns(), paint)];
  };
  const update = (event: AnomalyEvent): string[] => {
    const before = opened.get(event.episodeId);
    if (before?.shown === false || !isWorse(event.severity, before?.severity)) return [];
    if (before !== undefined) opened.set(event.episodeId, { ...before, severity: event.severity });
    return [updatedLine(event, columns(), paint)];
  };
  return {
    get openAnomalies() {
      return opened.size;
    },
    learning,
    rows(rows) {
      for (const row of rows) if (!row.late) recent.add(row.source, row.metric, row.timestamp, row.value);
    },
    observed(source, observations) {
      for (const observation of observations) learning.see(source, observation);
    },
    event(event, now) {
      if (event.phase === 'opened') return opened.has(event.episodeId) ? [] : open(event, now);
      if (event.phase === 'closed') return close(event);
      return event.phase === 'updated' ? update(event) : [];
    },
    fault(fault) {
      remember(faults, fault.source, fault);
      return [injectedLine(fault, columns(), paint)];
    },
  };
}

interface Opened {
  readonly at: number;
  readonly shown: boolean;
  readonly severity: Severity;
}

/** A stronger score of the same severity is no news to a person. */
function isWorse(severity: Severity, before: Severity | undefined): boolean {
  return before === undefined || SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(before);
}

/** A relation has no value of its own: the metric that its reasons name first stands for it. */
function valuesFor({ source, metric, contributions }: AnomalyEvent, recent: RecentValues) {
  const names = metric === undefined ? contributions.map(({ name }) => name) : [metric];
  return names.map((name) => recent.of(source, name)).find((values) => values.length > 0) ?? [];
}

/** Bounded: the oldest entry gives way. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED_MAX) map.delete(map.keys().next().value!);
}

/** At most so many in a window of time; `left` tells with the next allowed one how many were refused before it. */
function openLimit(max: number, windowMs: number) {
  let windowFrom = Number.NEGATIVE_INFINITY;
  let taken = 0;
  let refused = 0;
  return {
    take(now: number): { allowed: boolean; left: number } {
      if (now >= windowFrom + windowMs) {
        windowFrom = now;
        taken = 0;
      }
      if (++taken > max) {
        refused++;
        return { allowed: false, left: 0 };
      }
      const left = refused;
      refused = 0;
      return { allowed: true, left };
    },
  };
}
