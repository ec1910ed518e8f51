import { z } from 'zod';
import { ReceiverSchema } from '../../domain/receiver';
import { isTimeZone } from '../../domain/wall-clock';
import { DurationSchema, MomentSchema } from './durations';
import { AlertMatchSchema, MatchSchema } from './match';
import { readDays, readTimeOfDay } from './windows';

/** Rules of one document at most, so that no document can make routing slow. */
const RULES_MAX = 1_000;
const ROUTES_DEPTH_MAX = 8;
/** What each was told of a group is in the group's document. */
const RECEIVERS_MAX = { route: 8, escalation: 4 } as const;
/** The history of a series is kept for two days. */
const FLAPPING_WITHIN_MS_MAX = 86_400_000;

const NameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes and underscores');

/** What alerts can be alike in. A tag without `tags.` would be absent of every alert, and so alike in all. */
const LabelSchema = z
  .string()
  .regex(
    /^(source|metric|kind|severity|owner|tags\..+)$/,
    'must be source, metric, kind, severity, owner or tags.NAME',
  );

const PersonSchema = z.string().min(1).max(200);

const ZoneSchema = z.string().refine(isTimeZone, { error: 'is not a known IANA time zone, as Europe/Berlin' });

const TimeOfDaySchema = z
  .string({ error: 'must be a time of day, written like "08:30", in quotes' })
  .transform((text, context) => {
    const minutes = readTimeOfDay(text);
    if (minutes !== undefined) return minutes;
    context.addIssue({ code: 'custom', message: `"${text}" is no time of day; write it like "08:30", in quotes` });
    return z.NEVER;
  });

const DaysSchema = z
  .string()
  .default('daily')
  .transform((text, context) => {
    const days = readDays(text);
    if (days !== undefined) return days;
    context.addIssue({ code: 'custom', message: `"${text}" names no days; write them like mon-fri, sat,sun or daily` });
    return z.NEVER;
  });

/** A time of the week; without a zone, in the document's. */
const WeeklyWindowSchema = z.strictObject({
  days: DaysSchema,
  from: TimeOfDaySchema.default(0),
  to: TimeOfDaySchema.default(1_440),
  timeZone: ZoneSchema.optional(),
});

/** Anomaly events that fit become an alert. */
const RuleSchema = z.strictObject({
  name: NameSchema,
  match: MatchSchema.default({}),
  /** Times in which it holds; absent: always. */
  active: z.array(WeeklyWindowSchema).min(1).optional(),
  owner: PersonSchema.optional(),
  /** From then on it no longer holds. */
  expires: MomentSchema.optional(),
  /** For those who read an alert. */
  links: z.array(z.strictObject({ name: z.string().min(1), url: z.url({ protocol: /^https?$/ }) })).optional(),
});
export type Rule = z.output<typeof RuleSchema>;

/** What a route says and its children inherit. */
const RouteOptionsSchema = z.strictObject({
  receivers: z.array(NameSchema).max(RECEIVERS_MAX.route).optional(),
  /** Alerts alike in these are told together: source, metric, kind, severity, owner, or tags.NAME. Empty: all of the route. */
  groupBy: z.array(LabelSchema).max(10).optional(),
  /** Between the first alert of a group and its first notification. */
  groupWait: DurationSchema.optional(),
  /** Between a notification and the next one about further alerts of the group. */
  groupInterval: DurationSchema.optional(),
  /** Between notifications of what nobody acknowledges; `never` for once only. */
  repeatInterval: z
    .union([z.literal('never').transform(() => null), DurationSchema], {
      error: 'must be a duration, written like 4h, or never',
    })
    .optional(),
  sendResolved: z.boolean().optional(),
  /** Whom to tell as well when nobody has acknowledged so long after the first notification. */
  escalate: z
    .strictObject({ after: DurationSchema, receivers: z.array(NameSchema).min(1).max(RECEIVERS_MAX.escalation) })
    .optional(),
});

export interface RouteInput extends z.input<typeof RouteOptionsSchema> {
  readonly name?: string;
  readonly match?: z.input<typeof AlertMatchSchema>;
  readonly active?: readonly z.input<typeof WeeklyWindowSchema>[];
  readonly continue?: boolean;
  readonly routes?: readonly RouteInput[];
}

export interface Route extends z.output<typeof RouteOptionsSchema> {
  readonly name?: string | undefined;
  readonly match: z.output<typeof AlertMatchSchema>;
  readonly active?: z.output<typeof WeeklyWindowSchema>[] | undefined;
  /** Do the following siblings look at the alert too? */
  readonly continue: boolean;
  readonly routes: readonly Route[];
}

const RouteSchema: z.ZodType<Route, RouteInput> = routeSchema(ROUTES_DEPTH_MAX);

function routeSchema(depth: number): z.ZodType<Route, RouteInput> {
  const children: z.ZodType<readonly Route[], readonly RouteInput[]> =
    depth === 0
      ? z.array(z.never({ error: `routes are nested more than ${ROUTES_DEPTH_MAX} deep` }))
      : z.array(z.lazy(() => routeSchema(depth - 1)));
  return RouteOptionsSchema.extend({
    name: NameSchema.optional(),
    match: AlertMatchSchema.default({}),
    active: z.array(WeeklyWindowSchema).min(1).optional(),
    continue: z.boolean().default(false),
    routes: children.default([]),
  }) as unknown as z.ZodType<Route, RouteInput>;
}

/** While an alert that fits `source` is not over, those that fit `target` are told to nobody. */
const InhibitionSchema = z.strictObject({
  name: NameSchema,
  source: AlertMatchSchema,
  target: AlertMatchSchema,
  /** Labels that both must have alike; absent ones count as alike. */
  equal: z.array(LabelSchema).default([]),
  by: PersonSchema,
  reason: z.string().min(1).max(500),
  expires: MomentSchema.optional(),
});
export type Inhibition = z.output<typeof InhibitionSchema>;

/** Alerts that fit are told to nobody at these times. */
const MaintenanceSchema = z.strictObject({
  name: NameSchema,
  match: AlertMatchSchema,
  windows: z.array(WeeklyWindowSchema).min(1),
  by: PersonSchema,
  reason: z.string().min(1).max(500),
  expires: MomentSchema.optional(),
});
export type Maintenance = z.output<typeof MaintenanceSchema>;

/** When a series comes and goes so often, it is told once that it does. */
const FlappingSchema = z.strictObject({
  /** Alerts of one series … */
  alerts: z.number().int().min(2).max(10).default(4),
  /** … that begin within this time. It is over when none began for as long. */
  within: DurationSchema.prefault('1h').refine((ms) => ms <= FLAPPING_WITHIN_MS_MAX, 'is a day at most'),
});
export type FlappingLimits = z.output<typeof FlappingSchema>;

/** The document that says what is an alert and who is told: version 1 of its form. */
export const AlertingDocumentSchema = z.strictObject({
  version: z.literal(1, { error: 'must be 1, the version of the form' }),
  /** Of windows that name none. */
  timeZone: ZoneSchema.default('UTC'),
  receivers: z.array(ReceiverSchema).max(500),
  rules: z.array(RuleSchema).max(RULES_MAX),
  route: RouteSchema,
  inhibit: z.array(InhibitionSchema).max(200).default([]),
  maintenance: z.array(MaintenanceSchema).max(200).default([]),
  flapping: FlappingSchema.prefault({}),
  /** Older data, as of back-fills and replays, makes no alert. */
  maxAge: DurationSchema.prefault('6h'),
});
export type AlertingDocument = z.output<typeof AlertingDocumentSchema>;
export type AlertingDocumentInput = z.input<typeof AlertingDocumentSchema>;
