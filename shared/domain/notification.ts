import { z } from 'zod';
import { ANOMALY_KINDS, ContributionSchema, SEVERITIES } from './anomaly-event';
import { NameSchema } from './data-point';
import { ReceiverSchema, SAMPLE_RECEIVERS } from './receiver';

export const ALERT_STATUSES = ['firing', 'acknowledged', 'resolved'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/**
 * Why people are told: nothing was told of the group before; severity rose or further alerts fire; nobody has acknowledged
 * for the repeat interval; all of it is over; it comes and goes, which is told once; it waited too long for an acknowledgement;
 * somebody has acknowledged all of it, which is for what shows the state (a message that is edited, a pager's incident) and calls
 * nobody; a silence nears its end while it still mutes, which is said in `notes`, tells of no alert and calls nobody.
 */
export const NOTIFICATION_REASONS = [
  'first',
  'worse',
  'repeat',
  'resolved',
  'flapping',
  'escalated',
  'acknowledged',
  'silence-ends',
] as const;
export type NotificationReason = (typeof NOTIFICATION_REASONS)[number];

const ScoreSchema = z.number().min(0).max(1);

/** What there is to show of one alert. Times in epoch milliseconds of the data, values in the metric's unit. */
export const AlertViewSchema = z.object({
  id: z.string().min(1),
  /** Of detection: all events of the episode share it. */
  episodeId: z.string().min(1),
  status: z.enum(ALERT_STATUSES),
  kind: z.enum(ANOMALY_KINDS),
  source: NameSchema,
  /** Absent when the source as a whole is meant. */
  metric: NameSchema.optional(),
  tags: z.record(z.string(), z.string()),
  /** The highest that it has had. */
  severity: z.enum(SEVERITIES),
  /** alarm_score of its strongest event, and from what score on that is an alarm. */
  score: ScoreSchema,
  threshold: ScoreSchema,
  /** Of its strongest event. */
  value: z.number().optional(),
  expected: z.number().optional(),
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** When it began, when it last changed, and when it was over, if it is. */
  since: z.number(),
  updatedAt: z.number(),
  resolvedAt: z.number().optional(),
  /** Why, in words; largest share first. */
  contributions: z.array(ContributionSchema),
  /** Scored by the built-in model because the endpoint did not answer. */
  degraded: z.boolean(),
  /** The source's memory had been lost. */
  warming: z.boolean(),
  /** It came and went so often of late that this is told once and no more. */
  flapping: z.boolean(),
  /** Names of the rules that made it an alert. */
  rules: z.array(z.string()),
  /** Whose it is, by its rule. */
  owner: z.string().optional(),
  acknowledgedBy: z.string().optional(),
  /** A later look at the point says that it was no anomaly (a `corrected` event). What was told is not taken back. */
  doubted: z.boolean(),
});
export type AlertView = z.output<typeof AlertViewSchema>;

/** Alerts shown in one notification at most; `counts` counts all. */
export const NOTIFICATION_ALERTS_MAX = 20;

/**
 * One telling of a group of alerts to one receiver; version 1 of the message on the topic "notifications", whose attributes
 * are `channel` and `receiver`. Its id is its dedup key: group key, receiver and transition. It holds no secret.
 */
export const NotificationSchema = z.object({
  version: z.literal(1),
  /** The dedup key, hashed: one notification has one id, however often it is published. */
  id: z.string().min(1),
  /** The alert that stands for the group: the worst one, of these the earliest. Stable while it is firing. */
  alertId: z.string().min(1),
  groupKey: z.string().min(1),
  /** 1, 2, … for each group and receiver. One with a lower transition than was sent is superseded and dropped. */
  transition: z.number().int().min(1),
  reason: z.enum(NOTIFICATION_REASONS),
  /** Nothing that the receiver was told of is open any more: with this one begins something new for it, whatever the reason. */
  begins: z.boolean(),
  /** Where it goes; `receiver.channel` is the attribute. */
  receiver: ReceiverSchema,
  /** What the alerts have in common by the route's group-by: label → value. */
  group: z.record(z.string(), z.string()),
  /** Of the group: resolved when all are, acknowledged when all that are not resolved are, else firing. */
  status: z.enum(ALERT_STATUSES),
  /** The worst of the group. */
  severity: z.enum(SEVERITIES),
  /** The worst first, of these the earliest; at most {@link NOTIFICATION_ALERTS_MAX}. */
  alerts: z.array(AlertViewSchema).min(1).max(NOTIFICATION_ALERTS_MAX),
  /** All of the group, shown or not; muted ones are in none of the others. */
  counts: z.object({
    firing: z.number().int().min(0),
    acknowledged: z.number().int().min(0),
    resolved: z.number().int().min(0),
    muted: z.number().int().min(0),
  }),
  /** When the group began, of the data; and when it was decided to tell, of the clock. Epoch milliseconds. */
  since: z.number(),
  decidedAt: z.number(),
  /** Further words for people, as "silence s-12 ends in 10 min while it still mutes 3 alerts". */
  notes: z.array(z.string()),
  owner: z.string().optional(),
  /** Of the router's configuration: pages for people. `url` shows; nothing acts by being opened. */
  links: z.array(z.object({ name: z.string(), url: z.url({ protocol: /^https?$/ }) })),
});
export type Notification = z.output<typeof NotificationSchema>;

export const SAMPLE_NOTIFICATION: Notification = {
  version: 1,
  id: '7d1f0a2b3c4d5e6f708192a3b4c5d6e7',
  alertId: '3f2e1d0c9b8a79685746352413021100',
  groupKey: '00112233445566778899aabbccddeeff',
  transition: 1,
  reason: 'first',
  begins: true,
  receiver: SAMPLE_RECEIVERS.slack,
  group: { site: 'berlin' },
  status: 'firing',
  severity: 'high',
  alerts: [
    {
      id: '3f2e1d0c9b8a79685746352413021100',
      episodeId: '0d9c8b7a6f5e4d3c2b1a0f9e8d7c6b5a',
      status: 'firing',
      kind: 'value',
      source: 'pump-17',
      metric: 'temperature',
      tags: { site: 'berlin' },
      severity: 'high',
      score: 0.71,
      threshold: 0.5,
      value: 96.4,
      expected: 71.2,
      lower: 68.9,
      upper: 73.5,
      since: Date.UTC(2026, 10, 22, 13),
      updatedAt: Date.UTC(2026, 10, 22, 13),
      contributions: [{ name: 'value', share: 0.8, words: '3.1× above the highest in 9 days' }],
      degraded: false,
      warming: false,
      flapping: false,
      rules: ['hot-pumps'],
      owner: 'berlin-plant',
      doubted: false,
    },
  ],
  counts: { firing: 1, acknowledged: 0, resolved: 0, muted: 0 },
  since: Date.UTC(2026, 10, 22, 13),
  decidedAt: Date.UTC(2026, 10, 22, 13, 0, 31),
  notes: [],
  owner: 'berlin-plant',
  links: [{ name: 'runbook', url: 'https://runbooks.example.com/pumps' }],
};
