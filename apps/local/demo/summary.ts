import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import { FAULT_KINDS, type Fault, type FaultKind, isWatched } from './fault';

export interface KindSummary {
  readonly kind: FaultKind;
  readonly watched: boolean;
  readonly injected: number;
  readonly found: number;
  /** Over and past its grace without an alarm. */
  readonly missed: number;
  /** Not found so far, but not over either. */
  readonly pending: number;
  /** From the fault's beginning to the first alarm, milliseconds; absent when nothing was found. */
  readonly delayMsMedian: number | undefined;
  readonly delayMsMax: number | undefined;
}

export interface Summary {
  /** Watched kinds only. */
  readonly overall: Omit<KindSummary, 'kind' | 'watched'>;
  /** All kinds that were injected, in the order of {@link FAULT_KINDS}. */
  readonly kinds: readonly KindSummary[];
  /** Alarms that no fault explains. */
  readonly falseAlarms: readonly AnomalyEvent[];
  readonly alarms: number;
}

/**
 * Compares what was found with what was injected. An alarm (an episode that opens, or grows worse) on a fault's source, from
 * its beginning to its end plus the grace, is a find, the first of them gives the delay; later ones in that span are neither
 * finds nor false. An episode that opens outside such spans is false. O((faults + events) log events) for few faults a source.
 *
 * @param events any phases, any order; each id counts once
 * @param graceMs how long after its end a fault may still be found
 * @param until epoch milliseconds of the data up to which detection has come
 */
export function summarise(
  faults: readonly Fault[],
  events: readonly AnomalyEvent[],
  { graceMs, until }: { readonly graceMs: number; readonly until: number },
): Summary {
  const openings = bySourceInTime(events, ['opened']);
  const findings = bySourceInTime(events, ['opened', 'updated']);
  const faultsBySource = groupedBySource(faults);
  const explains = (fault: Fault, alarm: AnomalyEvent) =>
    alarm.timestamp >= fault.from && alarm.timestamp < fault.to + graceMs;
  const outcomes = faults.map((fault): Outcome => {
    const find = findings.get(fault.source)?.find((alarm) => explains(fault, alarm));
    return { kind: fault.kind, delayMs: find && find.timestamp - fault.from, isOver: until >= fault.to + graceMs };
  });
  const alarms = [...openings.values()].flat();
  return {
    overall: tally(outcomes.filter(({ kind }) => isWatched(kind))),
    kinds: FAULT_KINDS.map((kind) => ({
      kind,
      watched: isWatched(kind),
      ...tally(outcomes.filter((outcome) => outcome.kind === kind)),
    })).filter(({ injected }) => injected > 0),
    falseAlarms: alarms.filter((alarm) => !faultsBySource.get(alarm.source)?.some((fault) => explains(fault, alarm))),
    alarms: alarms.length,
  };
}

interface Outcome {
  readonly kind: FaultKind;
  readonly delayMs: number | undefined;
  readonly isOver: boolean;
}

/** Events of these phases by source, in order of time; an event that came twice counts once. */
function bySourceInTime(events: readonly AnomalyEvent[], phases: readonly AnomalyEvent['phase'][]) {
  const byId = new Map(events.filter(({ phase }) => phases.includes(phase)).map((event) => [event.id, event]));
  return groupedBySource([...byId.values()].sort((a, b) => a.timestamp - b.timestamp));
}

function groupedBySource<T extends { readonly source: string }>(
  items: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.source);
    if (group === undefined) groups.set(item.source, [item]);
    else group.push(item);
  }
  return groups;
}

function tally(outcomes: readonly Outcome[]): Omit<KindSummary, 'kind' | 'watched'> {
  const delays = outcomes.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs])).sort((a, b) => a - b);
  const unfound = outcomes.filter(({ delayMs }) => delayMs === undefined);
  const missed = unfound.filter(({ isOver }) => isOver).length;
  return {
    injected: outcomes.length,
    found: delays.length,
    missed,
    pending: unfound.length - missed,
    delayMsMedian: delays[Math.floor((delays.length - 1) / 2)],
    delayMsMax: delays.at(-1),
  };
}
