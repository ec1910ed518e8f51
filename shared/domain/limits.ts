/** What one message may hold. Beyond these a record or point is rejected with a reason, never truncated in silence. */
export const LIMITS = {
  /** Bytes of one record as it arrives (Kinesis itself stops at 10 MiB). */
  recordBytesMax: 1_048_576,
  /** Bytes of one record after gzip is undone: what a bomb may cost. */
  decompressedBytesMax: 8_388_608,
  /** Data points in one record. */
  recordPointsMax: 10_000,
  /** Metrics in one data point. */
  pointMetricsMax: 256,
  /** Metrics of one source that have a memory; settings may say fewer. */
  sourceMetricsMax: 512,
  /** Tags on one data point. */
  pointTagsMax: 32,
  /** Characters of a source, metric or tag name and of a tag's value. */
  nameCharsMax: 256,
  /** Bytes of a rejected body that quarantine keeps. */
  quarantineBodyBytesMax: 1_048_576,
} as const;
