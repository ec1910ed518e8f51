import { z } from 'zod';
import { NameSchema } from './data-point';

export const ANOMALY_KINDS = ['value', 'shape', 'relation', 'silence'] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** alarm_score at which a severity begins; below `medium` an anomaly is `low`. */
const SEVERITY_FROM: readonly (readonly [number, Severity])[] = [
  [0.85, 'critical'],
  [0.7, 'high'],
  [0.6, 'medium'],
];

export function severityOf(alarmScore: number): Severity {
  return SEVERITY_FROM.find(([from]) => alarmScore >= from)?.[1] ?? 'low';
}

const ScoreSchema = z.number().min(0).max(1);

/** What a point was judged with; a row or event can be traced to it. */
export const VersionsSchema = z.object({
  model: z.string(),
  settings: z.number().int(),
  /** Of the feature vector. */
  schema: z.number().int(),
});
export type Versions = z.output<typeof VersionsSchema>;

/** One reason for a score: a family or a metric, its share of the whole and a sentence for people. */
export const ContributionSchema = z.object({ name: z.string(), share: ScoreSchema, words: z.string() });
export type Contribution = z.output<typeof ContributionSchema>;

/** A change in the life of an episode; version 1 of the message on the topic "anomalies". */
export const AnomalyEventSchema = z.object({
  version: z.literal(1),
  /** Of this event: the same point judged again gives the same id, whatever its score. */
  id: z.string().min(1),
  episodeId: z.string().min(1),
  /** 1 when the episode opens, then counting up. */
  transition: z.number().int().min(1),
  /**
   * The first three move an episode. `corrected` moves none and takes no message back: a point that was judged by the built-in
   * model while the endpoint was away has been judged again, as this event says. With alarm_score ≥ threshold the point is
   * an anomaly, as told before or found only now; below it what was told of this one point was wrong. `episodeId` and
   * `transition` are those of the event that told of the point, or of the last event of the episode that was open then; a
   * point of which nothing was told is an episode of its own, over as soon as it is told, with transition 1. Severity is
   * that of this point, not the strongest of the episode. It may come before the event that it corrects, and long after the
   * episode was closed. Later points are not judged again in its light: what holds alarms back is as it was then.
   */
  phase: z.enum(['opened', 'updated', 'closed', 'corrected']),
  kind: z.enum(ANOMALY_KINDS),
  source: NameSchema,
  /** Absent when the source as a whole is meant (relations, silence). */
  metric: NameSchema.optional(),
  tags: z.record(z.string(), z.string()),
  /** Epoch milliseconds, of the data. */
  timestamp: z.number(),
  anomalyScore: ScoreSchema,
  alarmScore: ScoreSchema,
  threshold: ScoreSchema,
  severity: z.enum(SEVERITIES),
  /** In the metric's unit, as are the three below. */
  value: z.number().optional(),
  expected: z.number().optional(),
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** Largest share first. */
  contributions: z.array(ContributionSchema),
  versions: VersionsSchema,
  /** Scored by the built-in model because the endpoint did not answer. */
  degraded: z.boolean(),
  /** The source's memory was lost and is being filled again. */
  warming: z.boolean(),
});
export type AnomalyEvent = z.output<typeof AnomalyEventSchema>;

export const SAMPLE_ANOMALY_EVENT: AnomalyEvent = {
  version: 1,
  id: 'b1c9f0c2d7a84e3f5a6b7c8d9e0f1a2b',
  episodeId: '0d9c8b7a6f5e4d3c2b1a0f9e8d7c6b5a',
  transition: 1,
  phase: 'opened',
  kind: 'value',
  source: 'pump-17',
  metric: 'temperature',
  tags: { site: 'berlin' },
  timestamp: Date.UTC(2026, 10, 22, 13),
  anomalyScore: 0.71,
  alarmScore: 0.71,
  threshold: 0.5,
  severity: 'high',
  value: 96.4,
  expected: 71.2,
  lower: 68.9,
  upper: 73.5,
  contributions: [{ name: 'value', share: 0.8, words: '3.1× above the highest in 9 days' }],
  versions: { model: 'built-in-1', settings: 1, schema: 1 },
  degraded: false,
  warming: false,
};
