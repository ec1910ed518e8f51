import { z } from 'zod';

/**
 * A record of the stream as the archive keeps it, one a line: the record as it arrived and where it lay, so that a replay can
 * drop duplicates and restore the order.
 */
export const ArchiveLineSchema = z.object({
  stream: z.string(),
  shard: z.string(),
  sequence: z.string(),
  /** Of several records that a producer sent as one (KPL), which; absent: it was one. */
  subsequence: z.number().int().min(0).optional(),
  /** Approximate arrival, epoch milliseconds. */
  arrival: z.number(),
  /** Base64 of the record. */
  body: z.string(),
});
export type ArchiveLine = z.output<typeof ArchiveLineSchema>;
