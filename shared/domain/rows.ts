import { z } from 'zod';
import { VersionsSchema } from './anomaly-event';
import { NameSchema, REJECTION_REASONS } from './data-point';

const ScoreSchema = z.number().min(0).max(1);

/** What an alarm of a point was measured by; both on the scale of `alarm_score`. */
export const AlarmBarSchema = z.object({
  /** From here on it was an anomaly. */
  threshold: ScoreSchema,
  /** Only above this it spoke at all, since an earlier alarm held weaker ones back; 0: nothing held. */
  hurdle: ScoreSchema,
});
export type AlarmBar = z.output<typeof AlarmBarSchema>;

/** One value of one series as the store keeps it. Source, metric and timestamp identify it. */
export const PointRowSchema = z.object({
  source: NameSchema,
  metric: NameSchema,
  /** Epoch milliseconds. */
  timestamp: z.number(),
  value: z.number(),
  anomalyScore: ScoreSchema,
  alarmScore: ScoreSchema,
  isAnomaly: z.boolean(),
  /** Absent while too little is known. In the metric's unit, as are the two below. */
  expected: z.number().optional(),
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** Came after a newer point of its metric, or too far ahead of it: scored if within what is allowed, never learnt. */
  late: z.boolean(),
  /** The series is too young for its scores to count. */
  learning: z.boolean(),
  /** Scored by the built-in model because the endpoint did not answer; `features` is then kept for re-scoring. */
  degraded: z.boolean(),
  warming: z.boolean(),
  /**
   * Stored without a memory, since the budget of series, or of the source's metrics, is spent: no alarm, and scored by what
   * is known of like series, if anything is; absent: it has one.
   */
  unscored: z.literal(true).optional(),
  features: z.array(z.number()).optional(),
  /** Kept with `features`: how the point was judged, so that it can be judged again. */
  bar: AlarmBarSchema.optional(),
  /** 0 as first written; a re-scoring writes the next one, and readers take the highest. */
  revision: z.number().int().min(0),
  versions: VersionsSchema,
  stream: z.string(),
  shard: z.string(),
  sequence: z.string(),
  index: z.number().int().min(0),
});
export type PointRow = z.output<typeof PointRowSchema>;

/** A record, or an element of one, that could not be used. */
export const QuarantineObjectSchema = z.object({
  /** Stable id of position: the same record quarantined twice is one object. */
  id: z.string().min(1),
  reason: z.enum(REJECTION_REASONS),
  field: z.string().optional(),
  message: z.string(),
  stream: z.string(),
  shard: z.string(),
  sequence: z.string(),
  /** Element of the record, from 0. */
  index: z.number().int().min(0),
  /** All elements of the record that it stands for, ascending from `index`; absent: that one alone. */
  elements: z.array(z.number().int().min(0)).optional(),
  /** Approximate arrival, epoch milliseconds. */
  arrival: z.number(),
  /** Base64 of the whole record as it arrived, cut at the quarantine limit; empty in all but the first object of a record. */
  body: z.string(),
  /** Was the body cut, or is it with another object of the same record? */
  truncated: z.boolean(),
  /** How often it had been put on the stream again when it came here; absent: never. */
  attempt: z.number().int().min(1).optional(),
});
export type QuarantineObject = z.output<typeof QuarantineObjectSchema>;

export const SAMPLE_POINT_ROW: PointRow = {
  source: 'pump-17',
  metric: 'temperature',
  timestamp: Date.UTC(2026, 10, 22, 13),
  value: 71.2,
  anomalyScore: 0.12,
  alarmScore: 0,
  isAnomaly: false,
  expected: 71,
  lower: 68.9,
  upper: 73.5,
  late: false,
  learning: false,
  degraded: false,
  warming: false,
  revision: 0,
  versions: { model: 'built-in-1', settings: 1, schema: 1 },
  stream: 'arn:aws:kinesis:eu-central-1:123456789012:stream/points',
  shard: 'shardId-000000000000',
  sequence: '49590338271490256608559692538361571095921575989136588898',
  index: 0,
};

export const SAMPLE_QUARANTINE_OBJECT: QuarantineObject = {
  id: '5a6b7c8d9e0f1a2bb1c9f0c2d7a84e3f',
  reason: 'invalid-field',
  field: 'metrics.temperature',
  message: 'metrics.temperature: must be a finite number',
  stream: SAMPLE_POINT_ROW.stream,
  shard: SAMPLE_POINT_ROW.shard,
  sequence: SAMPLE_POINT_ROW.sequence,
  index: 0,
  arrival: Date.UTC(2026, 10, 22, 13, 0, 1),
  body: 'eyJzb3VyY2UiOiJwdW1wLTE3In0=',
  truncated: false,
};
