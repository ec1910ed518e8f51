import { z } from 'zod';
import { ANOMALY_KINDS, type AnomalyKind, SEVERITIES, type Severity } from '../../domain/anomaly-event';
import { readText, type TextPattern, textWords } from './texts';

/** What rules, routes, silences and inhibitions look at: an anomaly event, or an alert as it stands. */
export interface Subject {
  readonly source: string;
  readonly metric?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** alarm_score. */
  readonly score: number;
  readonly value?: number | undefined;
  readonly expected?: number | undefined;
  /** Of an alert: its id, whose it is, and by which rules it is one. */
  readonly alertId?: string | undefined;
  readonly owner?: string | undefined;
  readonly rules?: readonly string[];
}

const OneTextSchema = z.union([z.string().max(1_000), z.strictObject({ equals: z.string().max(1_000) })]);
const TextSchema = z
  .union([OneTextSchema, z.array(OneTextSchema).min(1).max(1_000)], {
    error: 'must be a text, {"equals":…} or a list of them',
  })
  .superRefine((pattern, context) => {
    try {
      readText(pattern);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

const SEVERITY_FORM = `must be one of ${SEVERITIES.join(', ')}, a list of them, or ">=" and one of them`;
const SeverityPatternSchema = z
  .union([z.string(), z.array(z.enum(SEVERITIES)).min(1)], { error: SEVERITY_FORM })
  .refine((pattern) => typeof pattern !== 'string' || readSeverities(pattern) !== undefined, {
    error: SEVERITY_FORM,
  });

const DeviationSchema = z
  .union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?%$/)], {
    error: 'must be a number above 0, in the unit of the metric, or a share of what was expected, as "20%"',
  })
  .refine((deviation) => typeof deviation === 'number' || Number.parseFloat(deviation) > 0, 'must be above 0');

/** Everything that is named must fit; what is not named fits anything. */
export const MatchSchema = z.strictObject({
  source: TextSchema.optional(),
  /** Of events about a source as a whole the empty text. */
  metric: TextSchema.optional(),
  /** By name of the tag; a tag that is not there is the empty text. */
  tags: z.record(z.string().min(1), TextSchema).optional(),
  kind: z
    .union([z.enum(ANOMALY_KINDS), z.array(z.enum(ANOMALY_KINDS)).min(1)], {
      error: `must be one of ${ANOMALY_KINDS.join(', ')}, or a list of them`,
    })
    .optional(),
  severity: SeverityPatternSchema.optional(),
  minScore: z.number().min(0).max(1).optional(),
  direction: z.enum(['up', 'down']).optional(),
  minDeviation: DeviationSchema.optional(),
});

/** Of alerts, which have rules and an owner too. */
export const AlertMatchSchema = MatchSchema.extend({
  rule: TextSchema.optional(),
  owner: TextSchema.optional(),
  alert: z.string().min(1).optional(),
});
export type AlertMatch = z.output<typeof AlertMatchSchema>;

/** One condition of a match. */
export interface Condition {
  holds(subject: Subject): boolean;
  /** Why it does not hold, for people: `source is fan-1, not pump-*`. */
  miss(subject: Subject): string;
}

/** The first condition that does not hold; undefined when the subject fits. O(conditions × text). */
export function firstMiss(conditions: readonly Condition[], subject: Subject): Condition | undefined {
  for (const condition of conditions) if (!condition.holds(subject)) return condition;
  return undefined;
}

/** Conditions in the order in which they are cheap. */
export function readMatch(match: AlertMatch): readonly Condition[] {
  const conditions: Condition[] = [];
  if (match.alert !== undefined) conditions.push(exactly(match.alert));
  if (match.severity !== undefined) conditions.push(ofSeverity(match.severity));
  if (match.minScore !== undefined) conditions.push(ofScore(match.minScore));
  if (match.kind !== undefined) conditions.push(ofKind(match.kind));
  if (match.direction !== undefined) conditions.push(inDirection(match.direction));
  if (match.minDeviation !== undefined) conditions.push(deviating(match.minDeviation));
  if (match.source !== undefined) conditions.push(ofText('source', match.source, ({ source }) => source));
  if (match.metric !== undefined) conditions.push(ofText('metric', match.metric, ({ metric = '' }) => metric));
  if (match.owner !== undefined) conditions.push(ofText('owner', match.owner, ({ owner = '' }) => owner));
  if (match.rule !== undefined) conditions.push(ofRule(match.rule));
  for (const [name, pattern] of Object.entries(match.tags ?? {}))
    conditions.push(ofText(`tag ${name}`, pattern, ({ tags }) => (Object.hasOwn(tags, name) ? tags[name]! : '')));
  return conditions;
}

/** For people: `source pump-*, severity >=high`. */
export function matchWords(match: AlertMatch): string {
  const { source, metric, owner, rule, tags = {}, kind, severity, minScore, direction, minDeviation, alert } = match;
  const parts = [
    ...Object.entries({ source, metric, owner, rule }).flatMap(([name, text]) =>
      text === undefined ? [] : [`${name} ${textWords(text)}`],
    ),
    ...Object.entries(tags).map(([name, text]) => `${name} ${textWords(text)}`),
    ...Object.entries({ kind, severity, direction, alert }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} ${String(value)}`],
    ),
    ...(minScore === undefined ? [] : [`score >=${minScore}`]),
    ...(minDeviation === undefined ? [] : [`deviation >=${minDeviation}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

/** `high`, `>=high` or a list to severities. */
export function readSeverities(pattern: string | readonly Severity[]): readonly Severity[] | undefined {
  if (typeof pattern !== 'string') return pattern;
  const isAtLeast = pattern.startsWith('>=');
  const at = SEVERITIES.indexOf((isAtLeast ? pattern.slice(2).trim() : pattern) as Severity);
  if (at < 0) return undefined;
  return isAtLeast ? SEVERITIES.slice(at) : [SEVERITIES[at]!];
}

/** How far a value lies from what was expected, in its unit and as a share of that; undefined when nothing was expected. */
export function deviationOf({ value, expected }: Subject): { readonly by: number; readonly share: number } | undefined {
  if (value === undefined || expected === undefined) return undefined;
  const by = value - expected;
  return { by, share: by === 0 ? 0 : Math.abs(by) / Math.abs(expected) };
}

function exactly(id: string): Condition {
  return {
    holds: ({ alertId }) => alertId === id,
    miss: () => 'it is another alert',
  };
}

function ofSeverity(pattern: string | readonly Severity[]): Condition {
  const wanted = new Set(readSeverities(pattern));
  return {
    holds: ({ severity }) => wanted.has(severity),
    miss: ({ severity }) => `severity is ${severity}, not ${String(pattern)}`,
  };
}

function ofScore(minScore: number): Condition {
  return {
    holds: ({ score }) => score >= minScore,
    miss: ({ score }) => `score is ${score.toFixed(3)}, below ${minScore}`,
  };
}

function ofKind(kind: AnomalyKind | readonly AnomalyKind[]): Condition {
  const wanted = new Set<string>(typeof kind === 'string' ? [kind] : kind);
  return {
    holds: (subject) => wanted.has(subject.kind),
    miss: (subject) => `kind is ${subject.kind}, not ${[...wanted].join(' or ')}`,
  };
}

const NOTHING_TO_COMPARE = 'it has no value to be compared with what was expected';

function inDirection(direction: 'up' | 'down'): Condition {
  return {
    holds: (subject) => {
      const by = deviationOf(subject)?.by ?? 0;
      return direction === 'up' ? by > 0 : by < 0;
    },
    miss: (subject) =>
      deviationOf(subject) === undefined
        ? NOTHING_TO_COMPARE
        : `its value does not lie ${direction === 'up' ? 'above' : 'below'} what was expected`,
  };
}

function deviating(least: number | string): Condition {
  const share = typeof least === 'string' ? Number.parseFloat(least) / 100 : undefined;
  return {
    holds: (subject) => {
      const deviation = deviationOf(subject);
      if (deviation === undefined) return false;
      return share === undefined ? Math.abs(deviation.by) >= Number(least) : deviation.share >= share;
    },
    miss: (subject) => {
      const deviation = deviationOf(subject);
      if (deviation === undefined) return NOTHING_TO_COMPARE;
      const is = share === undefined ? `${Math.abs(deviation.by)}` : `${(100 * deviation.share).toFixed(1)}%`;
      return `deviation is ${is}, below ${least}`;
    },
  };
}

function ofText(name: string, pattern: TextPattern, of: (subject: Subject) => string): Condition {
  const test = readText(pattern);
  return {
    holds: (subject) => test(of(subject)),
    miss: (subject) => `${name} is ${of(subject) || 'absent'}, not ${textWords(pattern)}`,
  };
}

function ofRule(pattern: TextPattern): Condition {
  const test = readText(pattern);
  return {
    holds: ({ rules = [] }) => rules.some(test),
    miss: ({ rules = [] }) => `rule is ${rules.join(', ') || 'absent'}, not ${textWords(pattern)}`,
  };
}
