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

/** A line of the archive; or why it is none. */
export function archiveLineOf(text: string): ArchiveLine | 'not-json' | 'not-an-archive-line' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  return plainLine(value) ?? ArchiveLineSchema.safeParse(value).data ?? 'not-an-archive-line';
}

/** What {@link ArchiveLineSchema} makes of a usual line, at a tenth of the time; undefined for what the schema must judge. */
function plainLine(value: unknown): ArchiveLine | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { stream, shard, sequence, subsequence, arrival, body } = value as Partial<Record<keyof ArchiveLine, unknown>>;
  if (typeof stream !== 'string' || typeof shard !== 'string' || typeof sequence !== 'string') return undefined;
  if (subsequence !== undefined || !Number.isFinite(arrival) || typeof body !== 'string') return undefined;
  return { stream, shard, sequence, arrival: arrival as number, body };
}
