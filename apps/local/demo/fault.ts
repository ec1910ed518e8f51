import { z } from 'zod';
import { NameSchema } from '../../../shared/domain/data-point';

export const WATCHED_FAULTS = [
  'level-shift',
  'spike',
  'frozen',
  'broken-relation',
  'drift',
  'broken-season',
  'silence',
] as const;
/** Injected, but the product does not look for them: told apart, never counted as missed. */
export const UNWATCHED_FAULTS = ['late-burst'] as const;
export const FAULT_KINDS = [...WATCHED_FAULTS, ...UNWATCHED_FAULTS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export function isWatched(kind: FaultKind): boolean {
  return (WATCHED_FAULTS as readonly string[]).includes(kind);
}

/** The truth about one injected fault; one line of the truth file. */
export const FaultSchema = z.object({
  id: z.string().min(1),
  kind: z.enum(FAULT_KINDS),
  source: NameSchema,
  /** The metrics it touches. */
  metrics: z.array(NameSchema).min(1),
  /** Epoch milliseconds of the data: first disturbed moment, and the first sound one again. */
  from: z.number(),
  to: z.number(),
  /** How far the value is moved at most, in the metric's unit; of spikes, drifts and level shifts. */
  size: z.number().optional(),
  /** How much later the source behaves; of broken seasons. */
  behavesLaterMs: z.number().optional(),
});
export type Fault = z.output<typeof FaultSchema>;

export const SAMPLE_FAULT: Fault = {
  id: '5a6b7c8d9e0f1a2bb1c9f0c2d7a84e3f',
  kind: 'level-shift',
  source: 'pump-07',
  metrics: ['pressure'],
  from: Date.UTC(2026, 10, 22, 13),
  to: Date.UTC(2026, 10, 22, 13, 1, 20),
  size: 2.4,
};
