import { z } from 'zod';
import { REJECTION_REASONS } from './data-point';

/** Why something is put on the stream again: what it was rejected for, or that its batch was given up. */
export const REDRIVE_REASONS = [...REJECTION_REASONS, 'given-up'] as const;

/**
 * The mark of what was set aside and is put on the stream again: where it came first, so that its time is judged by when it came
 * and not by when it was put again.
 */
export const RedrivenSchema = z.object({
  /** How often it was put again, this time included. */
  attempt: z.number().int().min(1),
  reason: z.enum(REDRIVE_REASONS),
  stream: z.string(),
  shard: z.string(),
  sequence: z.string(),
  /** Of the record with which it came first, epoch milliseconds. */
  arrival: z.number(),
  /** Index in that record of each element of the body, in order; absent: the body is that record. */
  elements: z.array(z.number().int().min(0)).optional(),
});
export type Redriven = z.output<typeof RedrivenSchema>;
