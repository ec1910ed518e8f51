import type { DataPoint } from '../../../shared/domain/data-point';
import { uniform } from './draw';
import type { Fault } from './fault';
import { LONGEST_INTERVALS } from './fault-plan';
import { type Disturbance, type Fleet, type FleetSource, measured, valuesAt } from './fleet';
import type { FaultSchedule } from './schedule';

/** A point on its way: what it says, and when it is handed over. */
export interface Delivery {
  /** Epoch milliseconds; later than the point's own timestamp only in a late burst. */
  readonly at: number;
  readonly point: DataPoint;
}

/** The fleet in health: at every multiple of the step in [from, to), all sources; in order of time. */
export function* historyPoints(fleet: Fleet, from: number, to: number, stepMs: number): Generator<DataPoint> {
  for (let timestamp = Math.ceil(from / stepMs) * stepMs; timestamp < to; timestamp += stepMs) {
    for (const source of fleet.sources) yield pointOf(source, timestamp, valuesAt(source, timestamp));
  }
}

/**
 * What the fleet, faults included, hands over in [from, to): in order of delivery. Sources speak at moments of their own within
 * the interval. Adjoining windows give every point exactly once. O(points of the window + sources).
 */
export function deliveriesBetween(fleet: Fleet, schedule: FaultSchedule, from: number, to: number): Delivery[] {
  const deliveries: Delivery[] = [];
  for (const source of fleet.sources) {
    for (const timestamp of momentsOf(source, schedule.intervalMs, from, to)) {
      const fault = schedule.faultOn(source.name, timestamp);
      if (fault?.kind === 'silence' || (fault?.kind === 'late-burst' && isHeldBack(fault, timestamp))) continue;
      deliveries.push({ at: timestamp, point: livePoint(source, timestamp, fault) });
    }
  }
  deliveries.push(...releasedBetween(fleet, schedule, from, to));
  return deliveries.sort((a, b) => a.at - b.at);
}

/** What a source says at a moment, disturbed by the fault that is on it. */
export function livePoint(source: FleetSource, timestamp: number, fault: Fault | undefined): DataPoint {
  if (fault === undefined) return pointOf(source, timestamp, valuesAt(source, timestamp));
  const sound = valuesAt(source, timestamp, disturbanceOf(fault));
  const stuck = fault.kind === 'frozen' ? valuesAt(source, fault.from) : sound;
  const values = source.kind.metrics.map((metric, index) => {
    if (!fault.metrics.includes(metric.name)) return sound[index]!;
    return measured(metric, stuck[index]! + offsetOf(fault, timestamp));
  });
  return pointOf(source, timestamp, values);
}

function disturbanceOf(fault: Fault): Disturbance {
  if (fault.behavesLaterMs !== undefined) return { behavesLaterMs: fault.behavesLaterMs };
  return fault.kind === 'broken-relation' ? { mirrored: fault.metrics[0]! } : {};
}

/** A drift grows evenly; spikes and level shifts stand at full size. */
function offsetOf(fault: Fault, timestamp: number): number {
  const progress = fault.kind === 'drift' ? (timestamp - fault.from) / (fault.to - fault.from) : 1;
  return (fault.size ?? 0) * progress;
}

/** The first half of a late burst waits for its end, while the second half overtakes it. */
function isHeldBack(fault: Fault, timestamp: number): boolean {
  return timestamp < (fault.from + fault.to) / 2;
}

/** The points that late bursts ending in [from, to) let go. */
function releasedBetween(fleet: Fleet, schedule: FaultSchedule, from: number, to: number): Delivery[] {
  const bursts = schedule
    .faultsBetween(from - LONGEST_INTERVALS * schedule.intervalMs, to)
    .filter((fault) => fault.kind === 'late-burst' && fault.to >= from && fault.to < to);
  return bursts.flatMap((fault) => {
    const source = fleet.sources.find(({ name }) => name === fault.source)!;
    return momentsOf(source, schedule.intervalMs, fault.from, fault.to)
      .filter((timestamp) => isHeldBack(fault, timestamp))
      .map((timestamp) => ({ at: fault.to, point: livePoint(source, timestamp, undefined) }));
  });
}

/** Moments in [from, to) at which a source speaks. */
function momentsOf(source: FleetSource, intervalMs: number, from: number, to: number): number[] {
  const phase = Math.floor(uniform(source.key, 3) * intervalMs);
  const moments: number[] = [];
  for (let moment = Math.ceil((from - phase) / intervalMs) * intervalMs + phase; moment < to; moment += intervalMs) {
    moments.push(moment);
  }
  return moments;
}

function pointOf(source: FleetSource, timestamp: number, values: readonly number[]): DataPoint {
  const metrics: Record<string, number> = {};
  source.kind.metrics.forEach((metric, index) => {
    metrics[metric.name] = values[index]!;
  });
  return { source: source.name, timestamp, metrics, tags: source.tags };
}
