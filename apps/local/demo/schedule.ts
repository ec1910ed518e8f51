import { keyOf, shuffled, uniform } from './draw';
import { FAULT_KINDS, type Fault, type FaultKind, WATCHED_FAULTS } from './fault';
import { fitness, LONGEST_INTERVALS, planFault } from './fault-plan';
import type { Fleet, FleetSource } from './fleet';

export interface ScheduleOptions {
  /** Epoch milliseconds at which the live phase began; a part of the seed, so that every start brings other faults. */
  readonly liveFrom: number;
  /** Between two points of a source. All durations are in intervals: a shorter one makes everything faster. */
  readonly intervalMs: number;
}

/** Which faults are injected when; a pure function of the fleet and the options, open-ended. */
export interface FaultSchedule extends ScheduleOptions {
  /** Faults that begin in [from, to), in order of time. */
  faultsBetween(from: number, to: number): readonly Fault[];
  /** The fault under way on a source, if any. */
  faultOn(source: string, timestamp: number): Fault | undefined;
}

/** At 2 s: the first after 5 s, then one every 25 s. */
const FIRST_INTERVALS = 2.5;
const SPACING_INTERVALS = 12.5;
const LAP_FAULTS = 20;
const LAP_INTERVALS = LAP_FAULTS * SPACING_INTERVALS;

/**
 * Faults come in laps of 20, each on a source of its own, and laps take turns on the two halves of the fleet: so a source rests
 * between two faults for at least one lap (500 s at 2 s). The first lap begins with one fault of each kind, plainest first.
 */
export function scheduleFaults(fleet: Fleet, options: ScheduleOptions): FaultSchedule {
  const { liveFrom, intervalMs } = options;
  const begin = liveFrom + FIRST_INTERVALS * intervalMs;
  const lapMs = LAP_INTERVALS * intervalMs;
  const lapAt = (timestamp: number) => Math.floor((timestamp - begin) / lapMs);
  const lap = rememberingLast(4, (index: number) => planLap(fleet, options, begin + index * lapMs, index));
  return {
    ...options,
    faultsBetween(from, to) {
      const found: Fault[] = [];
      for (let index = Math.max(0, lapAt(from)); begin + index * lapMs < to; index++) {
        found.push(...lap(index).filter((fault) => fault.from >= from && fault.from < to));
      }
      return found;
    },
    faultOn(source, timestamp) {
      const newest = lapAt(timestamp);
      const oldest = Math.max(0, lapAt(timestamp - LONGEST_INTERVALS * intervalMs));
      for (let index = newest; index >= oldest; index--) {
        const fault = lap(index).find((candidate) => candidate.source === source);
        if (fault !== undefined && timestamp >= fault.from && timestamp < fault.to) return fault;
      }
      return undefined;
    },
  };
}

function planLap(
  fleet: Fleet,
  { liveFrom, intervalMs }: ScheduleOptions,
  lapFrom: number,
  index: number,
): readonly Fault[] {
  const key = keyOf(fleet.seed, liveFrom, index);
  const half = fleet.sources.filter((_, position) => position % 2 === index % 2);
  const waiting = shuffled(half, key);
  const beginnings = kindsOfLap(key, index === 0).map((kind, position) => {
    const jitter = position === 0 ? 0 : 2 * (uniform(key, position, 7) - 0.5);
    return { kind, from: lapFrom + Math.round((position * SPACING_INTERVALS + jitter) * intervalMs) };
  });
  // The choosy kinds take their sources first; order of time is restored by the position in `beginnings`.
  const chosen = new Map<number, FleetSource>();
  for (const position of byChoosiness(beginnings.map(({ kind }) => kind))) {
    const { kind, from } = beginnings[position]!;
    chosen.set(
      position,
      takeFittest(waiting, (source) => fitness(kind, source, from)),
    );
  }
  return beginnings.map(({ kind, from }, position) => {
    const source = chosen.get(position)!;
    // Every second lap is the source's; where its turns begin differs from start to start.
    const turn = (index >> 1) + (keyOf(source.key, liveFrom) % 64);
    return planFault(kind, source, from, intervalMs, turn);
  });
}

/** Removes and gives the first that is fit enough, else the fittest. */
function takeFittest(waiting: FleetSource[], fitnessOf: (source: FleetSource) => number): FleetSource {
  const fits = waiting.map(fitnessOf);
  const firstFit = fits.findIndex((fit) => fit >= 1);
  const at = firstFit >= 0 ? firstFit : fits.indexOf(Math.max(...fits));
  return waiting.splice(at, 1)[0]!;
}

/** Three of each kind that shows in values, one of each other. */
function kindsOfLap(key: number, isFirst: boolean): FaultKind[] {
  const tour = [...FAULT_KINDS];
  const inValues = WATCHED_FAULTS.filter((kind) => kind !== 'silence');
  const rest = [...inValues, ...inValues];
  return isFirst ? [...tour, ...shuffled(rest, key + 1)] : shuffled([...tour, ...rest], key + 1);
}

function byChoosiness(kinds: readonly FaultKind[]): number[] {
  const rank = (kind: FaultKind) => (kind === 'broken-season' ? 0 : kind === 'broken-relation' ? 1 : 2);
  return kinds.map((_, position) => position).sort((a, b) => rank(kinds[a]!) - rank(kinds[b]!) || a - b);
}

/** Keeps the newest results only: a demo may run for weeks. */
function rememberingLast<T>(capacity: number, make: (index: number) => T): (index: number) => T {
  const kept = new Map<number, T>();
  return (index) => {
    const known = kept.get(index);
    if (known !== undefined) return known;
    const made = make(index);
    kept.set(index, made);
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(oldest);
    }
    return made;
  };
}
