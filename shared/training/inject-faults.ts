import { z } from 'zod';
import { type DataPoint, NameSchema } from '../domain/data-point';
import { INJECTED_FAULTS, isOffset, offsetOf } from './fault-kinds';
import { firstAfter } from './labels';
import type { PointHistory } from './ports';
import { normalOf, uniformOf } from './sample-hash';

/** A fault with all that its values are made of, but for the sound values themselves. */
export const InjectedFaultSchema = z.object({
  kind: z.enum(INJECTED_FAULTS),
  source: NameSchema,
  metric: NameSchema,
  /** Epoch milliseconds: the first and the last moment at which a value is changed. */
  from: z.number(),
  to: z.number(),
  /** Sizes, in the metric's unit: how far values move, and what the series was like before. */
  size: z.number(),
  median: z.number(),
  spread: z.number(),
  /** The value that a frozen one keeps saying. */
  held: z.number(),
  /** Of a foreign segment, in milliseconds. */
  periodMs: z.number(),
  /** Absent: more than are counted. */
  decimals: z.number().int().min(0).optional(),
  isNeverNegative: z.boolean(),
  /** Of its draws. */
  key: z.number().int().min(0),
});
export type InjectedFault = z.output<typeof InjectedFaultSchema>;

/** Share of values that a contact loses while it is loose. */
const DROPPED_SHARE = 0.5;
/** A sine of this height, in spreads, stays where the series usually is. */
const FOREIGN_SPREADS = 1.3;

/** The history with the faults in it; all else is as it was. Each read gives the same. */
export function withFaults(history: PointHistory, faults: readonly InjectedFault[]): PointHistory {
  const bySource = new Map<string, InjectedFault[]>();
  for (const fault of faults) {
    const known = bySource.get(fault.source);
    if (known) known.push(fault);
    else bySource.set(fault.source, [fault]);
  }
  for (const list of bySource.values()) list.sort((a, b) => a.from - b.from);
  return {
    bySource: history.bySource,
    read: async function* () {
      for await (const point of history.read()) {
        const own = bySource.get(point.source);
        // Of one source there is one at a time: only the last that has begun can be on.
        const fault = own?.[firstAfter(own, point.timestamp) - 1];
        yield fault !== undefined && isOn(fault, point) ? disturbed(point, fault) : point;
      }
    },
  };
}

/** Does the fault change this point? */
export function isOn({ from, to, metric }: InjectedFault, { timestamp, metrics }: DataPoint): boolean {
  return timestamp >= from && timestamp <= to && metrics[metric] !== undefined;
}

function disturbed(point: DataPoint, fault: InjectedFault): DataPoint {
  const value = faultyValue(fault, point.metrics[fault.metric]!, point.timestamp);
  const metrics: Record<string, number> = Object.assign(Object.create(null), point.metrics);
  metrics[fault.metric] = value;
  return { ...point, metrics };
}

/** As the instrument would show it: with its decimals, and not below 0 where it never was. */
function faultyValue(fault: InjectedFault, sound: number, timestamp: number): number {
  const { decimals, isNeverNegative } = fault;
  const value = rawValue(fault, sound, timestamp);
  const possible = isNeverNegative ? Math.max(0, value) : value;
  if (decimals === undefined) return possible;
  const rounded = Math.round(possible * 10 ** decimals) / 10 ** decimals;
  return Number.isFinite(rounded) ? rounded : sound;
}

function rawValue(fault: InjectedFault, sound: number, timestamp: number): number {
  const { kind, from, to, size, median, spread, held, periodMs, key } = fault;
  const since = timestamp - from;
  if (isOffset(kind)) return sound + offsetOf(kind, size, since / (to - from), () => normalOf(key, timestamp));
  if (kind === 'frozen') return held;
  if (kind === 'drop-out') return since === 0 || uniformOf(key, timestamp) < DROPPED_SHARE ? 0 : sound;
  if (kind === 'broken-relation') return 2 * median - sound;
  return median + FOREIGN_SPREADS * spread * Math.sin((2 * Math.PI * since) / periodMs);
}
