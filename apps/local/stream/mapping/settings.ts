import { z } from 'zod';

/**
 * What an event source mapping of Lambda can be told, with its ranges, and how a local one waits. −1 means without limit.
 * Defaults are this product's, not Lambda's: there a bad record may block a shard for a week.
 */
export const MappingSettingsSchema = z.object({
  /** Records in one invocation at most. */
  batchSize: z.number().int().min(1).max(10_000).default(1_000),
  /** How long to gather a batch from its first record on. */
  batchWindowMs: z.number().min(0).max(300_000).default(0),
  /** Bytes of one invocation's event: Lambda's 6 MB. */
  payloadBytesMax: z
    .number()
    .int()
    .min(1)
    .default(6 * 1_048_576),
  /** Does the handler say which records failed? If not, its answer is not looked at. */
  reportBatchItemFailures: z.boolean().default(true),
  /** Halve a batch that failed, until the record at fault is alone. */
  bisectBatchOnFunctionError: z.boolean().default(true),
  /** Further tries of what failed and cannot be halved. */
  maximumRetryAttempts: z.number().int().min(-1).max(10_000).default(100),
  /** Older records are not tried (again). */
  maximumRecordAgeSeconds: z.number().int().min(-1).max(604_800).default(-1),
  /** After this an invocation counts as failed, whatever it still does. */
  handlerTimeoutMs: z.number().min(1).max(900_000).default(60_000),
  /** Pause before the first retry; doubles with each, up to the maximum, with jitter. */
  retryDelayMs: z.number().min(0).default(100),
  retryDelayMsMax: z.number().min(0).default(10_000),
});
export type MappingSettings = z.output<typeof MappingSettingsSchema>;
